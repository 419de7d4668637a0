// What the page's script uses of Observable Plot. scripts/web-bundle makes charts.min.js from this.
export { barX, barY, dot, plot, pointerX, rectY, ruleX, ruleY, text, tip } from "@observablehq/plot";
