package jsbus

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"shenzhong/events"
	"shenzhong/services/kit/bus"
)

// Grant is what a user of the broker may publish and subscribe to. Everything
// else is refused by the server.
type Grant struct {
	Publish   []string `json:"publish"`
	Subscribe []string `json:"subscribe"`
}

// Permissions is what a context with these reactions needs and nothing more: to
// speak under its own name, to see and heal its own stream, and to take from
// the streams of others what was set aside for its own reactions. Which kinds a
// reaction gets is decided by the consumer, and only setup makes consumers.
func Permissions(context string, reactions []bus.Reaction) Grant {
	const api = "$JS.API."
	own := StreamName(context)
	g := Grant{
		Publish: []string{
			addresses(context),
			api + "STREAM.INFO." + own,
			api + "STREAM.MSG.GET." + own,
			api + "CONSUMER.LIST." + own,
			api + "CONSUMER.RESET." + own + ".*",
		},
		Subscribe: []string{inbox(context) + ".>"},
	}
	for _, r := range reactions {
		for _, stream := range streamsHeard(r.Kinds) {
			g.Publish = append(g.Publish,
				api+"CONSUMER.INFO."+stream+"."+r.Name,
				api+"CONSUMER.MSG.NEXT."+stream+"."+r.Name,
				"$JS.ACK."+stream+"."+r.Name+".>",
			)
		}
	}
	slices.Sort(g.Publish)
	return g
}

// inbox is where the broker answers a user; no other user may listen there.
func inbox(user string) string { return "_INBOX_" + user }

// filters are the subjects of the kinds that travel on one stream, sorted.
func filters(kinds []string, stream string) []string {
	var out []string
	for _, k := range kinds {
		if StreamName(events.Context(k)) == stream {
			out = append(out, events.Address("*", k))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// MakeKeys makes in dir the key of setup and of each context, where there is
// none yet, readable by its owner alone, and returns the public halves by user.
// A key that is there is never replaced: the server knows it.
func MakeKeys(dir string, contexts []string) (map[string]string, error) {
	out := map[string]string{}
	for _, user := range append(slices.Clone(contexts), setupUser) {
		path := filepath.Join(dir, user+".seed")
		key, err := readKey(path, true)
		if errors.Is(err, os.ErrNotExist) {
			key, err = makeKey(path, true)
		}
		if err != nil {
			return nil, fmt.Errorf("key of %s: %w", user, err)
		}
		if out[user], err = key.PublicKey(); err != nil {
			return nil, fmt.Errorf("key of %s: %w", user, err)
		}
	}
	return out, nil
}
