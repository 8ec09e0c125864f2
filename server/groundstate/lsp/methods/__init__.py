"""One module for each protocol method and each command that the server handles; each has one ``HANDLER``.

``HANDLERS`` are registered for a client, by what it can do, so ``initialize`` is not among them.
"""

from __future__ import annotations

from groundstate.lsp.handlers import Handler
from groundstate.lsp.methods import (
    add_to_baseline,
    code_action,
    code_action_resolve,
    code_lens,
    debug_information,
    did_change,
    did_change_configuration,
    did_change_notebook,
    did_change_watched_files,
    did_change_workspace_folders,
    did_close,
    did_close_notebook,
    did_open,
    did_open_notebook,
    did_save,
    did_save_notebook,
    document_diagnostic,
    hover,
    initialized,
    inlay_hint,
    restart,
    set_trace,
    show_energy,
    shutdown,
    work_done_progress_cancel,
    workspace_diagnostic,
)

HANDLERS: tuple[Handler, ...] = (
    initialized.HANDLER,
    shutdown.HANDLER,
    set_trace.HANDLER,
    did_open.HANDLER,
    did_change.HANDLER,
    did_close.HANDLER,
    did_save.HANDLER,
    did_open_notebook.HANDLER,
    did_change_notebook.HANDLER,
    did_close_notebook.HANDLER,
    did_save_notebook.HANDLER,
    document_diagnostic.HANDLER,
    workspace_diagnostic.HANDLER,
    work_done_progress_cancel.HANDLER,
    code_action.HANDLER,
    code_action_resolve.HANDLER,
    hover.HANDLER,
    code_lens.HANDLER,
    inlay_hint.HANDLER,
    did_change_configuration.HANDLER,
    did_change_watched_files.HANDLER,
    did_change_workspace_folders.HANDLER,
    show_energy.HANDLER,
    debug_information.HANDLER,
    restart.HANDLER,
    add_to_baseline.HANDLER,
)
