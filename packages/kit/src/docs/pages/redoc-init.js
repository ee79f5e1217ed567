// The document is beside the page. It is fetched here and not by ReDoc, because the page takes its title from
// it.
const url = "openapi.json";
const description = await fetch(url)
  .then((answer) => answer.json())
  .catch(() => undefined);
if (description?.info) document.title = `${description.info.title} · ReDoc`;

const options = {
  downloadDefinitionUrl: url,
  hideDownloadButton: false,
  expandResponses: "200,201",
  sortPropsAlphabetically: false,
};
// ReDoc reports a document that cannot be loaded.
globalThis.Redoc.init(description ?? url, options, document.getElementById("redoc"));
