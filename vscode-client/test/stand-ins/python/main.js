// Stands in for the Python extension, which registries of this kind do not have: its API of environments.
const vscode = require('vscode');

exports.activate = () => {
  const changed = new vscode.EventEmitter();
  let active = '';
  return {
    environments: {
      getActiveEnvironmentPath: () => ({ path: active }),
      resolveEnvironment: async ({ path }) => path && { executable: { uri: vscode.Uri.file(path) } },
      onDidChangeActiveEnvironmentPath: changed.event,
    },
    choose(path) {
      active = path;
      changed.fire({ path });
    },
  };
};
