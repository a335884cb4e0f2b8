// Package tray decides what the desktop's tray shows and says: the menu, the icon, the tooltip, the alerts.
//
// Rows from the API (Source), clicks (Bar), pressed buttons (Notifier) and settings go in; patches of the menu, notices
// and links to open come out through the interfaces in app.go, which tray/desktop implements. What is shown and
// when an alert is due are pure functions of a Scene, a Menu and a Watch; App joins them in one loop. cmd/onair-tray
// starts it. The package draws its own icons, and never opens a window, starts a program or talks to the desktop
// itself.
package tray
