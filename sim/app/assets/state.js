// What the browser does by itself: keep the link, show results, and drop answers to questions that are no longer asked.
(function () {
  // Makes an element like another one, changing only what differs: what is open, focused or scrolled stays so.
  function liken(old, fresh) {
    const children = [...fresh.childNodes];
    [...old.childNodes].slice(children.length).forEach((child) => child.remove());
    children.forEach(function (child, index) {
      const there = old.childNodes[index];
      if (!there) {
        old.appendChild(child);
      } else if (there.nodeName !== child.nodeName) {
        there.replaceWith(child);
      } else if (child.nodeType === Node.TEXT_NODE) {
        if (there.data !== child.data) {
          there.data = child.data;
        }
      } else {
        likenAttributes(there, child);
        liken(there, child);
      }
    });
  }

  function likenAttributes(old, fresh) {
    for (const name of old.getAttributeNames()) {
      if (name !== "open" && !fresh.hasAttribute(name)) {
        old.removeAttribute(name);
      }
    }
    for (const name of fresh.getAttributeNames()) {
      if (old.getAttribute(name) !== fresh.getAttribute(name)) {
        old.setAttribute(name, fresh.getAttribute(name));
      }
    }
  }

  function show(answer) {
    const dash = window.dash_clientside;
    if (answer && answer.results) {
      const fresh = document.createElement("template");
      fresh.innerHTML = answer.results;
      liken(document.getElementById("results"), fresh.content);
    }
    if (answer && !answer.done) {
      dash.set_props("asked", { data: { link: answer.link, n: answer.n, again: Date.now() } });
    }
    return dash.no_update;
  }

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    visitsim: {
      show: show,
      remember: function (link) {
        if (link) {
          window.history.replaceState(null, "", "?" + link);
        }
        return window.dash_clientside.no_update;
      },
      accept: function (refined, link) {
        return refined && refined.link === link ? show(refined) : window.dash_clientside.no_update;
      },
    },
  });
})();
