// The document is beside the page. It is fetched here and not by ReDoc, because the page takes its title from
// it.
const url = "openapi.json";
const description = await fetch(url)
  .then((answer) => answer.json())
  .catch(() => undefined);
if (description?.info) document.title = `${description.info.title} · ReDoc`;

const dark = {
  colors: {
    primary: { main: "#8cc4bd" },
    success: { main: "#7fd08f" },
    error: { main: "#f0a193" },
    text: { primary: "#e4e6e3", secondary: "#a0a9a9" },
    border: { dark: "#4a5254", light: "#33383a" },
    responses: {
      success: { color: "#7fd08f", backgroundColor: "#1c2a20" },
      error: { color: "#f0a193", backgroundColor: "#2e201d" },
      redirect: { color: "#e8c36a", backgroundColor: "#2b2619" },
      info: { color: "#8cb8f0", backgroundColor: "#1b2430" },
    },
  },
  schema: { linesColor: "#5b6669", nestedBackground: "#1f2223", requireLabelColor: "#f0a193" },
  typography: {
    links: { color: "#8cc4bd", visited: "#8cc4bd", hover: "#b3ded8" },
    code: { color: "#f0a193", backgroundColor: "#262a2b" },
  },
  sidebar: { backgroundColor: "#1f2223", textColor: "#e4e6e3", activeTextColor: "#8cc4bd" },
  rightPanel: { backgroundColor: "#101213" },
};
const darkMode = matchMedia("(prefers-color-scheme: dark)");
// ReDoc reads its theme once.
darkMode.addEventListener("change", () => location.reload());

const options = {
  theme: darkMode.matches ? dark : {},
  downloadDefinitionUrl: url,
  hideDownloadButton: false,
  expandResponses: "200,201",
  sortPropsAlphabetically: false,
};
// ReDoc reports a document that cannot be loaded.
globalThis.Redoc.init(description ?? url, options, document.getElementById("redoc"));
