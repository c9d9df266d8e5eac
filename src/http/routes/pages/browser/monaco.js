// Tells Monaco, before graphiql.js runs, where its workers are, and to be reachable as `monaco`.

const { workers } = JSON.parse(document.getElementById('config').textContent);

globalThis.MonacoEnvironment = { globalAPI: true, getWorkerUrl: (_module, label) => workers[label] };
