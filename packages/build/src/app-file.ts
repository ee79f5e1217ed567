/** The names of what is loaded at the start; apart, because a rehearsal needs nothing else of the bundler. */

/** One function, as Node would wrap a CommonJS module. */
export const APP_FILE = "app.js";
/** An ES module, if one of the API's modules uses top-level await. */
export const APP_MODULE = "app.mjs";
