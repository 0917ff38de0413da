// A module of an application's that listens when it is evaluated.
const { createHub } = require("millrace");

const hub = createHub({ name: "hot reload" });
globalThis.evaluated = (globalThis.evaluated ?? 0) + 1;
const which = globalThis.evaluated;
const listen = () => hub.subscribe("news", ({ data }) => globalThis.heard.push(`${which} ${data}`));
listen();
hub.subscribe("other", ({ data }) => globalThis.heard.push(`${which} other ${data}`));
hub.on("connection", () => globalThis.heard.push(`${which} connection`));
exports.listenLater = listen;
