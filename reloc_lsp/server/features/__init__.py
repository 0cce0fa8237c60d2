"""One file per LSP method that the editor sends."""
