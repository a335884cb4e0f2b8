package main

// guardScript runs its arguments until its standard input ends, and then asks them to end. Whoever holds the other end of
// that input may be killed: the kernel closes it.
const guardScript = `exec 3<&0
"$@" </dev/null 3<&- &
hub=$!
(while read -r _ <&3; do :; done; kill -TERM $hub 2>/dev/null) >/dev/null 2>&1 &
watch=$!
exec 3<&-
wait $hub
code=$?
kill $watch 2>/dev/null
exit $code`

// guarded is the command line that runs args so.
func guarded(args []string) []string {
	return append([]string{"/bin/sh", "-c", guardScript, "onair-tray"}, args...)
}
