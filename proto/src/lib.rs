//! Generated messages and services of tfplugin5 and go-plugin; nothing written by hand lives here.
