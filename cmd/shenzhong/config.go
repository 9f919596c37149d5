package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"go.yaml.in/yaml/v4"
)

// settings are a settings file: the command it is for, and its settings, each
// under the name of the flag that it stands for.
type settings struct {
	file     string
	command  string // "up" or "run"
	contexts []string
	list     []setting
}

type setting struct {
	name   string
	values []string
	line   int
}

// typedOnly are flags that a file may not set: those of trials and rehearsals,
// which nobody should find in force without having typed them.
var typedOnly = []string{"config", "help", "sample", "clock", "mongo-trial"}

// readSettings reads a file and holds it against the flags of its command. It
// refuses what that command does not know, by name and line.
func readSettings(file string) (settings, error) {
	s := settings{file: file}
	text, err := os.ReadFile(file)
	if err != nil {
		return s, usageError{fmt.Errorf("读不出设置文件 %s，请核对文件名：%w", file, err)}
	}
	if err := s.parse(text); err != nil {
		return s, usageError{fmt.Errorf("设置文件 %s %w", file, err)}
	}
	cmd, err := commandFor(s.command)
	if err == nil {
		err = s.apply(cmd)
	}
	if err != nil {
		return s, usageError{fmt.Errorf("设置文件 %s %w", file, err)}
	}
	return s, nil
}

// settingsFor gives cmd what the file says and was not typed.
func settingsFor(cmd *cobra.Command, file string) (settings, error) {
	s, err := readSettings(file)
	if err != nil {
		return s, err
	}
	if s.command != cmd.Name() {
		return s, usageError{fmt.Errorf("设置文件 %s 用于 %s，不能用于 %s", file, s.command, cmd.Name())}
	}
	return s, s.apply(cmd)
}

// commandFor is a command to hold a file against.
func commandFor(name string) (*cobra.Command, error) {
	switch name {
	case "up":
		return newUpCommand(), nil
	case "run":
		return newRunCommand(), nil
	case "":
		return nil, errors.New("没有 command 这一项；请写明 command: up 或者 command: run")
	}
	return nil, fmt.Errorf("的 command 是“%s”；请写 up 或者 run", name)
}

// parse reads YAML, of which JSON is a part, into settings.
func (s *settings) parse(text []byte) error {
	dec := yaml.NewDecoder(bytes.NewReader(text))
	var doc yaml.Node
	if err := dec.Decode(&doc); err != nil {
		if errors.Is(err, io.EOF) {
			return errors.New("是空的；至少要有 command 一项")
		}
		return fmt.Errorf("不是 YAML 或者 JSON：%w", err)
	}
	if err := dec.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return errors.New("有不止一份内容；请只留一份")
	}
	root := doc.Content[0]
	if root.Kind != yaml.MappingNode {
		return fmt.Errorf("第 %d 行：应为“设置: 值”的列表", root.Line)
	}
	seen := map[string]bool{}
	for i := 0; i < len(root.Content); i += 2 {
		key, value := root.Content[i], root.Content[i+1]
		if seen[key.Value] {
			return fmt.Errorf("第 %d 行：设置“%s”重复了", key.Line, key.Value)
		}
		seen[key.Value] = true
		values, err := valuesOf(key.Value, value)
		if err != nil {
			return err
		}
		switch key.Value {
		case "command":
			s.command = values[0]
		case "contexts":
			s.contexts = values
		default:
			s.list = append(s.list, setting{key.Value, values, key.Line})
		}
	}
	return nil
}

// valuesOf are the values of one setting: one, or a list of them.
func valuesOf(name string, value *yaml.Node) ([]string, error) {
	nodes := []*yaml.Node{value}
	if value.Kind == yaml.SequenceNode {
		nodes = value.Content
	}
	var out []string
	for _, n := range nodes {
		if n.Kind != yaml.ScalarNode || n.Tag == "!!null" {
			return nil, fmt.Errorf("第 %d 行：设置“%s”应当是一个值或者一列值", value.Line, name)
		}
		out = append(out, n.Value)
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("第 %d 行：设置“%s”没有值；不需要就删去这一行", value.Line, name)
	}
	return out, nil
}

// apply gives cmd every setting that was not typed. What a file says and cmd
// does not know is an error.
func (s settings) apply(cmd *cobra.Command) error {
	if cmd.Name() != "run" && s.contexts != nil {
		return fmt.Errorf("中的 contexts 只用于 command: run")
	}
	for _, x := range s.list {
		flag := cmd.Flags().Lookup(x.name)
		if flag == nil || slices.Contains(typedOnly, x.name) {
			return fmt.Errorf("第 %d 行：不认识的设置“%s”；可以设置 %s", x.line, x.name, strings.Join(settable(cmd), "、"))
		}
		if flag.Changed {
			continue
		}
		if err := x.secretless(); err != nil {
			return err
		}
		var err error
		if list, ok := flag.Value.(interface{ Replace([]string) error }); ok {
			err = list.Replace(x.values)
		} else if len(x.values) > 1 {
			return fmt.Errorf("第 %d 行：设置“%s”只能有一个值", x.line, x.name)
		} else {
			err = flag.Value.Set(x.values[0])
		}
		if err != nil {
			return fmt.Errorf("第 %d 行：设置“%s”的值“%s”不对：%w", x.line, x.name, strings.Join(x.values, "、"), err)
		}
	}
	return nil
}

// secretless refuses a password in the file: it belongs into one of its own,
// which only the account of the service can read.
func (x setting) secretless() error {
	for _, v := range x.values {
		for part := range strings.SplitSeq(v, ",") {
			u, err := url.Parse(part)
			if err == nil && u.User != nil {
				return fmt.Errorf("第 %d 行：设置“%s”的地址中有账号或者口令；设置文件中只能写存放它的文件：mongo-file 指明存有 MongoDB 地址的文件，nats-keys 指明 NATS 密钥目录", x.line, x.name)
			}
		}
	}
	return nil
}

// settable are the names that a file for cmd may use.
func settable(cmd *cobra.Command) []string {
	var out []string
	if cmd.Name() == "run" {
		out = append(out, "contexts")
	}
	for _, name := range flagNames(cmd) {
		if !slices.Contains(typedOnly, name) {
			out = append(out, name)
		}
	}
	return out
}

func flagNames(cmd *cobra.Command) []string {
	var out []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { out = append(out, f.Name) })
	return out
}
