package cli

import "strings"

// longFlags lets long flags be written with one dash, as its users are used to:
// -auto-approve is --auto-approve. Only -h is short. What follows "--" is left
// alone.
func longFlags(args []string) []string {
	out := make([]string, len(args))
	copy(out, args)
	for i, arg := range out {
		if arg == "--" {
			break
		}
		if len(arg) > 2 && arg[0] == '-' && arg[1] != '-' && isLetter(arg[1]) {
			out[i] = "-" + arg
		}
		if strings.HasPrefix(arg, "-") && arg != "-h" && len(arg) == 2 && isLetter(arg[1]) {
			out[i] = "-" + arg
		}
	}
	return out
}

func isLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }
