package desktop

import (
	"os"
	"os/exec"
	"syscall"

	"onair/tray"
)

// notices shows toasts by way of PowerShell, which can call the Windows Runtime. What is shown travels in the
// environment; the script is fixed. Not tried: no machine with Windows was at hand.
type notices struct{ d *Desktop }

const toastScript = `[Windows.UI.Notifications.ToastNotificationManager, Windows.UI.Notifications, ContentType = WindowsRuntime] > $null
[Windows.Data.Xml.Dom.XmlDocument, Windows.Data.Xml.Dom.XmlDocument, ContentType = WindowsRuntime] > $null
$x = New-Object Windows.Data.Xml.Dom.XmlDocument
$x.LoadXml($env:ONAIR_TOAST)
$t = New-Object Windows.UI.Notifications.ToastNotification $x
[Windows.UI.Notifications.ToastNotificationManager]::CreateToastNotifier('{1AC14E77-02E7-4E5D-B744-2EB1AE5198B7}\WindowsPowerShell\v1.0\powershell.exe').Show($t)`

func (n *notices) start(d *Desktop) { n.d = d }

func (n *notices) stop() {}

func (n *notices) show(x tray.Notice, _ []byte) error {
	c := exec.Command("powershell.exe", "-NoProfile", "-NonInteractive", "-WindowStyle", "Hidden", "-Command", toastScript)
	c.Env = append(os.Environ(), "ONAIR_TOAST="+toastXML(x))
	c.SysProcAttr = &syscall.SysProcAttr{HideWindow: true}
	return start(c)
}
