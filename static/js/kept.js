// Text of a form that could not be saved yet stays in this browser, one entry for each open page:
// "form:<user>:<case>:<table>:<page>". Signing out takes the user's entries away.
{ // classic scripts share their outermost names; the block keeps these apart
  const DAYS = 30;

  const entries = (prefix) => {
    try {
      return Object.keys(localStorage)
        .filter((key) => key.startsWith(prefix))
        .map((key) => ({ key, ...JSON.parse(localStorage[key]) }))
        .sort((one, other) => other.at - one.at);
    } catch {
      return [];
    }
  };

  const drop = (key) => {
    try {
      localStorage.removeItem(key);
    } catch {
      // a browser that keeps nothing has nothing to take away
    }
  };

  window.kept = {
    entries,
    drop,
    /** Whether the browser could keep it. */
    put(key, entry) {
      try {
        localStorage.setItem(key, JSON.stringify({ at: Date.now(), ...entry }));
        return true;
      } catch {
        return false;
      }
    },
  };

  document.addEventListener("DOMContentLoaded", () => {
    const old = Date.now() - DAYS * 86_400_000;
    for (const entry of entries("form:")) if (entry.at < old) drop(entry.key);
  });

  document.addEventListener("submit", (event) => {
    const prefix = event.target.dataset.signOut;
    if (!prefix || event.defaultPrevented) return;
    for (const entry of entries(prefix)) drop(entry.key);
  });
}
