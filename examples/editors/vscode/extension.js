"use strict";
// Starts `mediastore-lint lsp` for the files that it reads. Everything else is VS Code's own language client.
const vscode = require("vscode");
const { LanguageClient, TransportKind } = require("vscode-languageclient/node");

let client;

exports.activate = async () => {
  const settings = vscode.workspace.getConfiguration("mediastoreLint");
  const server = {
    command: settings.get("path"),
    args: ["lsp", ...settings.get("arguments")],
    transport: TransportKind.stdio,
  };
  const pattern = "**/*.{tf,tofu,tfvars,json,yaml,yml,template}";
  client = new LanguageClient("mediastore-lint", server, { documentSelector: [{ scheme: "file", pattern }] });
  await client.start();
};

exports.deactivate = () => client?.stop();
