package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"shenzhong/services/disclose/publiclog"
	"shenzhong/services/disclose/witness"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/service"
)

// witnessFlags is what was asked for, as it was typed.
type witnessFlags struct {
	dir, name, addr, out, clock string
	logs                        []string
}

func newWitnessCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "witness",
		Short: "作为另一个单位的见证方，为公开日志的检查点联署",
		Long: "见证方记住见过的检查点，只为从它增长而来的检查点联署，因此日志不能对不同的人说不同的话。\n" +
			"见证方须是发布日志以外的单位，例如区司法局、上级民政部门、高校、公证处。",
		Example: "  shenzhong witness key --dir /srv/witness --name sifaju.某区.gov.cn\n" +
			"  shenzhong witness serve --dir /srv/witness --log 日志公钥.txt --addr 10.0.0.7:8090\n" +
			"  shenzhong witness sign 请求.txt --dir /srv/witness --log 日志公钥.txt --out 联署.txt",
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newWitnessKeyCommand(), newWitnessServeCommand(), newWitnessSignCommand(), newWitnessRequestCommand())
	return cmd
}

func (f *witnessFlags) bind(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.dir, "dir", "", "见证目录：密钥和见过的检查点，务必备份")
	flags.StringVar(&f.name, "name", "", "见证方名称，首次运行时写明，写入公钥，以后不能更改")
}

func (f *witnessFlags) bindLog(cmd *cobra.Command) {
	f.bind(cmd)
	cmd.Flags().StringArrayVar(&f.logs, "log", nil, "日志的公钥，或者存有公钥的文件（每行一把）；可以写多次")
	cmd.Flags().StringVar(&f.clock, "clock", "", "演练：时间取自这个文件（RFC 3339），正式运行不得使用")
}

func newWitnessKeyCommand() *cobra.Command {
	var f witnessFlags
	cmd := &cobra.Command{
		Use:   "key --dir 目录 [--name 名称]",
		Short: "输出见证方公钥，首次运行时生成密钥",
		Args:  noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return asUsage(f.open(cmd.ErrOrStderr(), func(_ *witness.State, key *publiclog.Cosigner) error {
				_, err := fmt.Fprintln(cmd.OutOrStdout(), key.Public())
				return err
			}))
		},
	}
	f.bind(cmd)
	return cmd
}

func newWitnessServeCommand() *cobra.Command {
	var f witnessFlags
	cmd := &cobra.Command{
		Use:   "serve --dir 目录 --log 公钥 [--addr 地址]",
		Short: "通过网络联署（C2SP tlog-witness）",
		Args:  noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return asUsage(f.work(cmd.ErrOrStderr(), func(w *publiclog.Witness, _ *publiclog.Cosigner) error {
				return serveWitness(cmd.Context(), cmd.OutOrStdout(), f.addr, w)
			}))
		},
	}
	f.bindLog(cmd)
	cmd.Flags().StringVar(&f.addr, "addr", "127.0.0.1:8090", "监听地址")
	return cmd
}

func newWitnessSignCommand() *cobra.Command {
	var f witnessFlags
	cmd := &cobra.Command{
		Use:   "sign 请求文件 --dir 目录 --log 公钥 [--out 文件]",
		Short: "为文件中的请求联署，用于以 U 盘交换",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usageError{errors.New("请写明一个请求文件，加 --help 查看用法")}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return asUsage(f.work(cmd.ErrOrStderr(), func(w *publiclog.Witness, key *publiclog.Cosigner) error {
				return signRequest(cmd.OutOrStdout(), cmd.ErrOrStderr(), args[0], f.out, w, key)
			}))
		},
	}
	f.bindLog(cmd)
	cmd.Flags().StringVar(&f.out, "out", "", "联署文件，不填则输出到屏幕")
	return cmd
}

// open does something with the state of the witness.
func (f *witnessFlags) open(notes io.Writer, do func(*witness.State, *publiclog.Cosigner) error) (err error) {
	if f.dir == "" {
		return usageError{errors.New("请用 --dir 写明见证目录")}
	}
	state, err := witness.Open(f.dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, state.Close()) }()
	key, made, err := state.Key(f.name)
	if err != nil {
		return err
	}
	if made {
		if _, err := fmt.Fprintf(notes, "已生成见证密钥，只有本用户能读；请备份目录 %s。\n请把下面的公钥交发布单位列入见证政策，并在本单位网站公布：\n%s\n", f.dir, key.Public()); err != nil {
			return fmt.Errorf("show the key: %w", err)
		}
	}
	return do(state, key)
}

// work does something with the witness.
func (f *witnessFlags) work(notes io.Writer, do func(*publiclog.Witness, *publiclog.Cosigner) error) error {
	logs, err := publicKeys(f.logs)
	if err != nil {
		return err
	}
	clk, err := timeFrom(f.clock)
	if err != nil {
		return err
	}
	return f.open(notes, func(state *witness.State, key *publiclog.Cosigner) error {
		w, err := publiclog.NewWitness(key, logs, state, clk)
		if err != nil {
			return err
		}
		return do(w, key)
	})
}

// publicKeys are those written out, and those in files, a line each.
func publicKeys(given []string) ([]string, error) {
	var keys []string
	for _, g := range given {
		text := g
		if !strings.Contains(g, "+") {
			raw, err := readLimited(g)
			if err != nil {
				return nil, err
			}
			text = string(raw)
		}
		for line := range strings.Lines(text) {
			if line = strings.TrimSpace(line); line != "" {
				keys = append(keys, line)
			}
		}
	}
	return keys, nil
}

// What a request to a witness may cost.
const (
	witnessHead = 16 << 10 // bytes of headers
	witnessWait = 10 * time.Second
)

// serveWitness answers at addr until ctx ends.
func serveWitness(ctx context.Context, out io.Writer, addr string, w *publiclog.Witness) error {
	ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if err != nil {
		return fmt.Errorf("不能在 %s 监听，地址可能已被占用，请用 --addr 换一个：%w", addr, err)
	}
	server := &http.Server{
		Handler: witness.Handler(w), ReadHeaderTimeout: witnessWait, ReadTimeout: witnessWait, WriteTimeout: witnessWait,
		IdleTimeout: time.Minute, MaxHeaderBytes: witnessHead,
	}
	if _, err := fmt.Fprintf(out, "ready http://%s\n", ln.Addr()); err != nil {
		return errors.Join(err, ln.Close())
	}
	return service.Run(ctx,
		service.Part{Name: "witness", Run: func(context.Context) error {
			if err := server.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
				return err
			}
			return nil
		}},
		service.Part{Name: "stop", Run: func(ctx context.Context) error {
			<-ctx.Done()
			end, cancel := context.WithTimeout(context.WithoutCancel(ctx), witnessWait)
			defer cancel()
			return server.Shutdown(end)
		}},
	)
}

// signRequest cosigns what a file asks for. The line goes under the checkpoint
// that the file holds, so both are written: the publisher needs nothing else.
func signRequest(out, notes io.Writer, request, to string, w *publiclog.Witness, key *publiclog.Cosigner) error {
	raw, err := readLimited(request)
	if err != nil {
		return err
	}
	line, err := w.AddCheckpoint(string(raw))
	var refusal *publiclog.Refusal
	if errors.As(err, &refusal) {
		if refusal.Code == http.StatusConflict && refusal.Size > 0 {
			return fmt.Errorf("没有联署：%s（请发布单位以 --old %d 重新制作请求）", refusal.Message, refusal.Size)
		}
		return fmt.Errorf("没有联署：%s", refusal.Message)
	}
	if err != nil {
		return err
	}
	_, checkpoint, _ := strings.Cut(string(raw), "\n\n")
	cosigned := checkpoint + line
	if to == "" {
		_, err = io.WriteString(out, cosigned)
		return err
	}
	if err := os.WriteFile(to, []byte(cosigned), 0o644); err != nil { //nolint:gosec // it is for everybody to read
		return fault.New(fault.Invalid, "不能写“%s”，请换一个位置：%w", to, err)
	}
	size, err := publiclog.SizeOf(checkpoint)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(notes, "%s 已联署大小 %d 的检查点，写入 %s，请送回发布单位。\n", key.Name(), size, to)
	return err
}
