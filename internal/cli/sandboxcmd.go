package cli

import (
	"context"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/espalier-dev/espalier/internal/sandbox"
	"github.com/espalier-dev/espalier/provider"
)

func (a *app) sandboxCommand() *cobra.Command {
	var address, dir string
	var switches []string
	var quiet, list bool
	cmd := &cobra.Command{
		Use: "sandbox [VENDOR]", Short: "Serve a vendor's embedded server on loopback", Args: cobra.MaximumNArgs(1),
		Long: "sandbox serves the embedded server of a vendor until it is interrupted. Each point on\nwhich the vendor's documentation is silent is a switch; -switches lists them.",
		RunE: func(cmd *cobra.Command, args []string) error {
			vendor, err := a.vendorOf(args)
			if err != nil {
				return err
			}
			behaviour := map[string]string{}
			for _, s := range switches {
				name, value, ok := strings.Cut(s, "=")
				if !ok {
					return fmt.Errorf("-switch %s: write it as -switch name=value", s)
				}
				behaviour[name] = value
			}
			o := provider.SandboxOptions{Dir: dir, Behaviour: behaviour, Observe: a.observer(vendor)}
			if dir != "" {
				o.Dir = a.file(dir)
			}
			if list {
				o = provider.SandboxOptions{}
			} else if !quiet {
				o.Log = func(line string) { a.talk("%s", line) }
			}
			return a.serveSandbox(cmd.Context(), vendor, o, address, list)
		},
	}
	fs := cmd.Flags()
	fs.StringVar(&address, "listen", sandbox.Loopback, "the loopback `address` to serve at")
	fs.StringVar(&dir, "data", "", "the `folder` that keeps its data; without one they are gone at the end")
	fs.StringArrayVar(&switches, "switch", nil, "change a behaviour: `name=value`; may be repeated")
	fs.BoolVar(&list, "switches", false, "list the switches")
	fs.BoolVar(&quiet, "quiet", false, "do not write a line for each request")
	return cmd
}

func (a *app) vendorOf(args []string) (provider.Provider, error) {
	var names []string
	for name := range a.vendors {
		names = append(names, name)
	}
	slices.Sort(names)
	if len(args) == 0 && len(names) == 1 {
		return a.vendors[names[0]], nil
	}
	if len(args) == 1 && a.vendors[args[0]] != nil {
		return a.vendors[args[0]], nil
	}
	return nil, fmt.Errorf("name the vendor whose sandbox to serve: %s", strings.Join(names, ", "))
}

func (a *app) serveSandbox(ctx context.Context, vendor provider.Provider, o provider.SandboxOptions, address string, list bool) error {
	server, err := vendor.Sandbox(o)
	if err != nil {
		return err
	}
	defer server.Close()
	if list {
		for _, s := range server.Switches() {
			a.say("%s=%s\n    %s", s.Name, strings.Join(s.Values, "|"), s.Meaning)
		}
		return nil
	}
	if err := onLoopback(address); err != nil {
		return err
	}
	served, err := sandbox.Serve(address, server)
	if err != nil {
		return err
	}
	a.say("The sandbox of %s is served at %s\n\n%s", vendor.Name(), served.URL, block(vendor, server.Credentials(served.URL)))
	<-ctx.Done()
	end, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	return served.Close(end)
}

// block is a provider block with these settings, to be put into a configuration.
func block(vendor provider.Provider, settings [][2]string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "provider %q {\n", vendor.Name())
	width := 0
	for _, setting := range settings {
		width = max(width, len(setting[0]))
	}
	for _, setting := range settings {
		fmt.Fprintf(&b, "  %-*s = %q\n", width, setting[0], setting[1])
	}
	return b.String() + "}"
}

// onLoopback refuses an address that other machines reach: the server's secret
// is known to everybody.
func onLoopback(address string) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("-listen %s: write it as %s", address, sandbox.Loopback)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("-listen %s: a sandbox is served on loopback alone, such as %s, since everybody knows its secret", address, sandbox.Loopback)
	}
	return nil
}

// count says a number with its noun.
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
