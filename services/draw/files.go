package draw

import (
	"context"
	"fmt"

	"shenzhong/services/draw/fdraw"
	"shenzhong/services/kit/fault"
)

// File is one file of a draw, exactly as it was hashed.
type File struct {
	Name string `json:"name"` // announce, policy, ..., substitute-0001
	Text string `json:"-"`
}

// Files returns the files of an attempt at a draw that are public now, in the
// order in which they come to be. attempt 0 is the last one.
func (s *Service) Files(ctx context.Context, id string, attempt int) ([]File, error) {
	d, of, err := s.attempt(ctx, id, attempt)
	if err != nil {
		return nil, err
	}
	if of == &d.Files {
		return files(d.published()), nil
	}
	return files(*of), nil
}

// File returns the text of one file of a draw. One that is not public yet is
// refused in the same words whether it exists already or not.
func (s *Service) File(ctx context.Context, id, name string, attempt int) (string, error) {
	all, err := s.Files(ctx, id, attempt)
	if err != nil {
		return "", err
	}
	for _, f := range all {
		if f.Name == name {
			return f.Text, nil
		}
	}
	return "", fault.New(fault.NotFound, "抽取 %s 没有已经公开的“%s”文件；名录和结果在启封之后公开", id, name)
}

// published is what of the files of a draw is public now.
func (d *Draw) published() fdraw.Bundle {
	if d.State == Opened || d.State == Voided {
		return d.Files
	}
	return d.bindings()
}

// bindings are the files that are public from the moment they exist: they say
// how the draw is held and bind the rest by digests, but list nobody. What has
// changed since the draw before is told too (section 5, S2); that one is open, so
// it tells no outcome.
func (d *Draw) bindings() fdraw.Bundle {
	f := d.Files
	return fdraw.Bundle{
		Format: f.Format, Announce: f.Announce, Policy: f.Policy, Freeze: f.Freeze, Fallback: f.Fallback, Beacon: f.Beacon, Sealed: f.Sealed, Changes: f.Changes,
	}
}

// files lists those of a bundle that there are.
func files(b fdraw.Bundle) []File {
	all := []File{
		{"announce", b.Announce}, {"policy", b.Policy}, {"registry", b.Registry}, {"pool", b.Pool}, {"officers", b.Officers}, {"changes", b.Changes},
		{"freeze", b.Freeze}, {"reveals", b.Reveals}, {"fallback", b.Fallback}, {"beacon", b.Beacon}, {"sealed", b.Sealed}, {"result", b.Result}, {"void", b.Void},
	}
	for i, text := range b.Substitutions {
		all = append(all, File{fmt.Sprintf("substitute-%04d", i+1), text})
	}
	for i, text := range b.Countersigns {
		all = append(all, File{fmt.Sprintf("countersign-%04d", i+1), text})
	}
	out := []File{}
	for _, f := range all {
		if f.Text != "" {
			out = append(out, f)
		}
	}
	return out
}
