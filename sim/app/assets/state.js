// Keeps the link in the address bar up to date, without loading anything.
window.dash_clientside = Object.assign({}, window.dash_clientside, {
  visitsim: {
    remember: function (link) {
      if (link) {
        window.history.replaceState(null, "", "?" + link);
      }
      return window.dash_clientside.no_update;
    },
  },
});
