// What a test asks of a page that is open in a browser: an object of functions, each of which returns
// complaints as texts, none where all is well.
(() => {
  const LEAST_CONTRAST = 4.5; // WCAG 2.2, 1.4.3

  const shortened = (text) => text.trim().replace(/\s+/g, " ").slice(0, 60);
  const shown = (element) => element.checkVisibility({ visibilityProperty: true });

  const rgba = (text) => {
    const parts = /^rgba?\(([^)]*)\)$/.exec(text);
    if (!parts) throw new Error(`a colour that the test does not know: ${text}`);
    const [red, green, blue, alpha = 1] = parts[1].split(/[\s,/]+/).map(Number);
    return { colour: [red, green, blue], alpha };
  };
  const luminance = (colour) => {
    const [red, green, blue] = colour.map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const over = (top, below, alpha) => top.map((value, at) => alpha * value + (1 - alpha) * below[at]);

  // The first opaque background around an element; marks of a figure are not looked at.
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const { colour, alpha } = rgba(getComputedStyle(at).backgroundColor);
      if (alpha === 1) return colour;
    }
    return [255, 255, 255];
  };
  const opacity = (element) => {
    let product = 1;
    for (let at = element; at; at = at.parentElement) product *= getComputedStyle(at).opacity;
    return product;
  };
  const contrast = (element) => {
    const style = getComputedStyle(element);
    const drawn = element.closest("svg");
    const { colour, alpha } = rgba(drawn ? style.fill : style.color);
    const strength = alpha * opacity(element) * (drawn ? style.fillOpacity : 1);
    const below = behind(element);
    const [dark, light] = [luminance(over(colour, below, strength)), luminance(below)].sort(
      (a, b) => a - b,
    );
    return (light + 0.05) / (dark + 0.05);
  };

  const key = (cell, isNumeric) => {
    const text = cell.dataset.sort ?? cell.querySelector("data")?.value ?? cell.textContent.trim();
    if (!isNumeric) return text.toLowerCase();
    return Number.parseFloat(text.replaceAll(",", "").replace("−", "-"));
  };
  const isMissing = (value) => value === "" || Number.isNaN(value);
  const inOrder = (a, b) => (typeof a === "number" ? a <= b : a.localeCompare(b) <= 0);

  return {
    // Addresses that lead away from the page, and links within it that lead nowhere.
    links() {
      const found = [];
      for (const element of document.querySelectorAll("[href], [src], [action], [data-src]")) {
        for (const name of ["href", "src", "action", "data-src"]) {
          const value = element.getAttribute(name) ?? "";
          if (value === "" || value.startsWith("data:")) continue;
          if (!value.startsWith("#")) found.push(`leads away: ${value}`);
          else if (!document.getElementById(decodeURIComponent(value.slice(1))))
            found.push(`leads nowhere: ${value}`);
        }
      }
      return found;
    },

    // A click on a heading puts the rows in order, largest numbers first, and loses none.
    sorting() {
      const found = [];
      for (const table of document.querySelectorAll("table.sortable")) {
        const body = table.tBodies[0];
        const before = new Set(body.rows);
        [...table.tHead.rows[0].cells].forEach((heading, column) => {
          const button = heading.querySelector("[role=button]");
          const name = `${shortened(table.caption.textContent)}: ${shortened(heading.textContent)}`;
          if (!button) {
            found.push(`no click on ${name}`);
            return;
          }
          button.click();
          const isNumeric = heading.classList.contains("n");
          const keys = [...body.rows].map((row) => key(row.cells[column], isNumeric));
          const end = keys.findIndex(isMissing);
          const known = end < 0 ? keys : keys.slice(0, end);
          const known_up = isNumeric ? known.toReversed() : known;
          const sorted = known_up.every((each, at) => at === 0 || inOrder(known_up[at - 1], each));
          const last = end < 0 || keys.slice(end).every(isMissing);
          const marked = heading.ariaSort === (isNumeric ? "descending" : "ascending");
          const whole = body.rows.length === before.size && [...body.rows].every((row) => before.has(row));
          if (!(sorted && last && marked && whole)) found.push(`not in order by ${name}`);
        });
      }
      return found;
    },

    // Text that is hard to tell from what is behind it.
    contrast() {
      const found = new Map();
      const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      const seen = new Set();
      while (texts.nextNode()) {
        const element = texts.currentNode.parentElement;
        if (!texts.currentNode.data.trim() || seen.has(element) || !shown(element)) continue;
        seen.add(element);
        const ratio = contrast(element);
        if (ratio >= LEAST_CONTRAST) continue;
        const style = getComputedStyle(element);
        const pair = `${element.closest("svg") ? style.fill : style.color} on ${behind(element)}`;
        const said = `faint, ${ratio.toFixed(2)}: ${pair}, “${shortened(element.textContent)}”`;
        if (!found.has(pair)) found.set(pair, said);
      }
      return [...found.values()];
    },

    // What reaches beyond the right edge and cannot be scrolled there.
    width() {
      const edge = document.documentElement.clientWidth;
      const found = [];
      if (document.scrollingElement.scrollWidth > edge)
        found.push(`the page is ${document.scrollingElement.scrollWidth} wide, not ${edge}`);
      const scrolls = (element) => {
        for (let at = element.parentElement; at; at = at.parentElement) {
          if (getComputedStyle(at).overflowX !== "visible") return true;
        }
        return false;
      };
      for (const element of document.querySelectorAll("body *")) {
        if (!shown(element) || element.closest("svg, .skip, .visually-hidden")) continue;
        if (element.getBoundingClientRect().right > edge + 1 && !scrolls(element))
          found.push(`beyond the edge: <${element.localName}> “${shortened(element.textContent)}”`);
      }
      return found.slice(0, 5);
    },

    // On paper: content that is not shown or is cut off, and a background that is not white.
    paper() {
      const found = [];
      if (luminance(behind(document.body)) < 1) found.push("the paper is not white");
      for (const element of document.querySelectorAll("main :is(h2, h3, h4, table, figure, svg, dl, pre, p)")) {
        if (element.matches(".visually-hidden, .filter, .script-only, p:empty")) continue;
        const box = element.getBoundingClientRect();
        if (!shown(element) || box.width === 0 || box.height === 0)
          found.push(`not printed: <${element.localName}> “${shortened(element.textContent)}”`);
      }
      for (const element of document.querySelectorAll(".scroll, pre")) {
        if (shown(element) && getComputedStyle(element).overflowY !== "visible")
          found.push(`cut off: “${shortened(element.textContent)}”`);
      }
      return found.slice(0, 8);
    },
  };
})()
