"""What the connected client can do, read once from what it declared."""

from __future__ import annotations

from dataclasses import dataclass

from lsprotocol import types
from pygls.capabilities import ServerCapabilitiesBuilder, get_capability

from groundstate_grammars.text import PositionEncoding


@dataclass(frozen=True, slots=True)
class Client:
    """``encoding``: the first of the client's position encodings, which the server takes. ``pulls``: it asks for
    diagnostics, so none are pushed to it. ``registers_pull``: it can be told later what to
    ask for. ``refreshes``: it asks again when told that diagnostics changed;
    ``refreshes_workspace_only``: not for its open documents, if it may ask for the workspace (Neovim 0.12).
    ``tells_own_changes_only``: of the files that it was asked to watch, it tells what it wrote itself (Helix 25.07)."""

    encoding: PositionEncoding = PositionEncoding.UTF16
    pulls: bool = False
    registers_pull: bool = False
    refreshes: bool = False
    refreshes_workspace_only: bool = False
    related_information: bool = False
    code_description: bool = False
    diagnostic_data: bool = False
    code_actions: bool = False
    resolves_actions: bool = False
    preferred_actions: bool = False
    disabled_actions: bool = False
    versioned_edits: bool = False
    markdown: bool = False
    configuration: bool = False
    registers_configuration: bool = False
    registers_watchers: bool = False
    tells_own_changes_only: bool = False
    progress: bool = False
    code_lenses: bool = False
    inlay_hints: bool = False
    refreshes_code_lenses: bool = False
    refreshes_inlay_hints: bool = False


def client_of(capabilities: types.ClientCapabilities, program: types.ClientInfo | None = None) -> Client:
    """The client that declared ``capabilities`` and calls itself ``program``."""

    def has(path: str) -> bool:
        return bool(get_capability(capabilities, path))

    resolved = get_capability(capabilities, "text_document.code_action.resolve_support.properties", ()) or ()
    formats = get_capability(capabilities, "text_document.hover.content_format", ())
    return Client(
        encoding=PositionEncoding(ServerCapabilitiesBuilder.choose_position_encoding(capabilities)),
        pulls=get_capability(capabilities, "text_document.diagnostic") is not None,
        registers_pull=has("text_document.diagnostic.dynamic_registration"),
        refreshes=has("workspace.diagnostics.refresh_support"),
        refreshes_workspace_only=program is not None and program.name == "Neovim",
        related_information=has("text_document.publish_diagnostics.related_information")
        or has("text_document.diagnostic.related_information"),
        code_description=has("text_document.publish_diagnostics.code_description_support")
        or has("text_document.diagnostic.code_description_support"),
        diagnostic_data=has("text_document.publish_diagnostics.data_support")
        or has("text_document.diagnostic.data_support"),
        code_actions=get_capability(capabilities, "text_document.code_action.code_action_literal_support")
        is not None,
        resolves_actions=has("text_document.code_action.data_support")
        and {"edit", "command"} <= set(resolved),
        preferred_actions=has("text_document.code_action.is_preferred_support"),
        disabled_actions=has("text_document.code_action.disabled_support"),
        versioned_edits=has("workspace.workspace_edit.document_changes"),
        markdown=types.MarkupKind.Markdown in (formats or ()),
        configuration=has("workspace.configuration"),
        registers_configuration=has("workspace.did_change_configuration.dynamic_registration"),
        registers_watchers=has("workspace.did_change_watched_files.dynamic_registration"),
        tells_own_changes_only=program is not None and program.name == "helix",
        progress=has("window.work_done_progress"),
        code_lenses=get_capability(capabilities, "text_document.code_lens") is not None,
        inlay_hints=get_capability(capabilities, "text_document.inlay_hint") is not None,
        refreshes_code_lenses=has("workspace.code_lens.refresh_support"),
        refreshes_inlay_hints=has("workspace.inlay_hint.refresh_support"),
    )
