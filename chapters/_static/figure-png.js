// Each figure as PNG: the browser draws the SVG that the page holds, three times as large, with
// the colours of white paper. Without JavaScript there are SVG and CSV.
(() => {
  "use strict";

  const LARGER = 3;

  // An image knows none of the page's colours: each stands as it is on white.
  function standalone(svg, { width, height }) {
    const copy = svg.cloneNode(true);
    copy.setAttribute("width", width * LARGER);
    copy.setAttribute("height", height * LARGER);
    return new XMLSerializer().serializeToString(copy);
  }

  async function save(svg, name) {
    const box = svg.viewBox.baseVal;
    const image = new Image();
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(standalone(svg, box))}`;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(box.width * LARGER);
    canvas.height = Math.round(box.height * LARGER);
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    canvas.toBlob((blob) => {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(blob);
      link.download = `${name}.png`;
      link.click();
      URL.revokeObjectURL(link.href);
    });
  }

  for (const offers of document.querySelectorAll(".figure-offers")) {
    const first = offers.querySelector("a");
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "PNG";
    button.setAttribute("aria-label", first.getAttribute("aria-label").replace("SVG", "PNG"));
    button.addEventListener("click", () =>
      save(offers.parentElement.querySelector("svg"), offers.dataset.figure),
    );
    first.after(" ", button);
  }
})();
