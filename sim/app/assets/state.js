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
      const same = refined && refined.link === link;
      const nothing = window.dash_clientside.no_update;
      return same ? [refined.results, refined.n, refined.done] : [nothing, nothing, nothing];
    },
  },
});
