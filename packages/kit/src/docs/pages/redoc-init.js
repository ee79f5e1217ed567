// The document is beside the page, wherever the page is.
const options = { hideDownloadButton: false, expandResponses: "200,201", sortPropsAlphabetically: false };
globalThis.Redoc.init("openapi.json", options, document.getElementById("redoc"));
