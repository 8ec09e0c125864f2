// Stands in for Python Environments: its API, as far as groundstate uses it.
const vscode = require('vscode');

exports.activate = () => {
  const changed = new vscode.EventEmitter();
  let active;
  return {
    getEnvironment: async () => active && { execInfo: { run: { executable: active } } },
    onDidChangeEnvironment: changed.event,
    choose(path) {
      active = path;
      changed.fire({});
    },
  };
};
