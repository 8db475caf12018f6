// What the browser does by itself: keep the link, and drop answers to questions that are no longer asked.
window.dash_clientside = Object.assign({}, window.dash_clientside, {
  visitsim: {
    remember: function (link) {
      if (link) {
        window.history.replaceState(null, "", "?" + link);
      }
      return window.dash_clientside.no_update;
    },
    accept: function (refined, link) {
      const dash = window.dash_clientside;
      if (!refined || refined.link !== link) {
        return dash.no_update;
      }
      if (!refined.done) {
        dash.set_props("asked", { data: { link: link, n: refined.n, again: Date.now() } });
      }
      return refined.results || dash.no_update;
    },
  },
});
