package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"shenzhong/cmd/shenzhong/backup"
	"shenzhong/services/kit/clock"
	"shenzhong/services/kit/workday"
)

func newBackupCommand(p *place) *cobra.Command {
	var plan backup.Plan
	cmd := &cobra.Command{
		Use:   "backup --to 目录 [--keys-to 目录 | --with-keys]",
		Short: "备份数据目录：全部存储在同一时刻的样子，写后重读并逐条核对",
		Long: "运行中也可以备份，写入最多停顿片刻。放假安排和 --pack 指明的规则包一并备份；消息流不备份，恢复后由存储重做。\n" +
			"密钥（能读出封存的举报人信息、能代表本系统签名）缺省不进备份：与数据同放一处等于没有封存。\n" +
			"请用 --keys-to 另存一处，分开保管；--with-keys 只用于整个备份随后加密的场合。",
		Example: "  shenzhong ctl backup --data /srv/shenzhong --to /backup/2026-11-28 --keys-to /safe/keys-2026-11-28",
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := p.settle(cmd); err != nil {
				return err
			}
			if p.mongo != "" {
				return usageError{errors.New("MongoDB 中的存储请用 mongodump --oplog 备份，见 docs/operations.md；本命令备份 SQLite 数据目录")}
			}
			plan.Data, plan.Keys, plan.Pack, plan.Contexts = p.data, cmp.Or(p.keys, filepath.Join(p.data, "keys")), p.pack, contextNames()
			plan.By, plan.At = operatorHere(""), clock.System{}.Now()
			return asUsage(makeBackup(cmd.Context(), cmd.OutOrStdout(), plan, p.json))
		},
	}
	cmd.Flags().StringVar(&plan.To, "to", "", "备份放在哪里；必须还不存在")
	cmd.Flags().StringVar(&plan.KeysTo, "keys-to", "", "密钥另存到哪里；必须还不存在")
	cmd.Flags().BoolVar(&plan.WithKeys, "with-keys", false, "密钥放进备份")
	cmd.MarkFlagsMutuallyExclusive("keys-to", "with-keys")
	return cmd
}

func makeBackup(ctx context.Context, out io.Writer, plan backup.Plan, asJSON bool) error {
	m, err := backup.Make(ctx, plan)
	if err != nil {
		return err
	}
	if asJSON {
		err = writeJSON(out, m)
	} else {
		err = writeBackup(out, plan, m)
	}
	if err != nil {
		return err
	}
	return brokenChains(m)
}

func writeBackup(out io.Writer, plan backup.Plan, m backup.Manifest) error {
	sum, _, err := backup.Hash(filepath.Join(plan.To, backup.ManifestName))
	if err != nil {
		return err
	}
	var b strings.Builder
	writeStores(&b, m)
	fmt.Fprintf(&b, "备份在 %s，%d 个文件，写后已重读核对。\n清单的 SHA-256：%s（请记在别处）\n", plan.To, len(m.Files), sum)
	names := strings.Join(slices.Sorted(maps.Keys(m.Keys.SHA256)), "、")
	switch {
	case len(m.Keys.SHA256) == 0:
		fmt.Fprintln(&b, "没有密钥。")
	case m.Keys.Included:
		fmt.Fprintf(&b, "密钥（%s）在备份中：得到备份的人就能读出封存的举报人信息，请加密保管。\n", names)
	case plan.KeysTo != "":
		fmt.Fprintf(&b, "密钥（%s）另存在 %s，请与备份分开保管；恢复时两者都需要。\n", names, plan.KeysTo)
	default:
		fmt.Fprintf(&b, "密钥（%s）没有备份，在 %s；没有它们，恢复后读不出封存的举报人信息。请用 --keys-to 另存一份。\n", names, plan.Keys)
	}
	_, err = io.WriteString(out, b.String())
	return err
}

func writeStores(b *strings.Builder, m backup.Manifest) {
	for _, s := range m.Stores {
		fmt.Fprintf(b, "  %-10s %d 个事项，%d 条记录", s.Context, s.Subjects, s.Commits)
		if s.Newest != nil {
			fmt.Fprintf(b, "，最新一条 %s", s.Newest.In(workday.Zone).Format("2006-01-02 15:04:05"))
		}
		fmt.Fprintln(b)
	}
}

// brokenChains says which chains of a backup do not hold.
func brokenChains(m backup.Manifest) error {
	var errs []error
	for _, s := range m.Stores {
		if len(s.Broken) > 0 {
			errs = append(errs, fmt.Errorf("%s 的记录链不成立，共 %d 处，首处 %s；备份照原样保存，请按 docs/operations.md 处理", s.Context, len(s.Broken), s.Broken[0]))
		}
	}
	return errors.Join(errs...)
}

func newRestoreCommand(p *place) *cobra.Command {
	var r backup.Restoring
	cmd := &cobra.Command{
		Use:   "restore --from 备份 --data 空目录 [--keys-from 目录]",
		Short: "把备份恢复到空目录：逐个文件核对散列，逐条核对记录链",
		Args:  noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if r.From == "" || !cmd.Flags().Changed("data") {
				return usageError{errors.New("请用 --from 指明备份，用 --data 指明要恢复到的空目录")}
			}
			r.Data, r.Contexts = p.data, contextNames()
			m, err := backup.Restore(cmd.Context(), r)
			if err != nil {
				return asUsage(err)
			}
			if p.json {
				err = writeJSON(cmd.OutOrStdout(), m)
			} else {
				err = writeRestored(cmd.OutOrStdout(), r, m)
			}
			return errors.Join(err, brokenChains(m))
		},
	}
	cmd.Flags().StringVar(&r.From, "from", "", "备份所在的目录")
	cmd.Flags().StringVar(&r.KeysFrom, "keys-from", "", "另行保管的密钥目录")
	cmd.Flags().BoolVar(&r.WithoutKeys, "without-keys", false, "不恢复密钥：封存的举报人信息将读不出")
	return cmd
}

func writeRestored(out io.Writer, r backup.Restoring, m backup.Manifest) error {
	var b strings.Builder
	writeStores(&b, m)
	fmt.Fprintf(&b, "已恢复到 %s：%s 的备份，%d 个文件、%d 个存储核对相符。\n", r.Data, m.Made.In(workday.Zone).Format("2006-01-02 15:04:05"), len(m.Files), len(m.Stores))
	if m.Pack != "" {
		fmt.Fprintf(&b, "规则包在 %s，启动时用 --pack 指明。\n", filepath.Join(r.Data, filepath.FromSlash(m.Pack)))
	}
	fmt.Fprintf(&b, "接着：shenzhong up --data %s；启动后消息流由存储重做，已经生效的不会再生效一次。\n", r.Data)
	fmt.Fprintln(&b, "多进程部署：先停止全部服务，恢复后运行 shenzhong ctl rebuild-stream --all --nats …，再启动。备份之后办理的内容须重新办理。")
	if _, ok := m.Keys.SHA256[backup.Checkpoint]; ok && !r.WithoutKeys {
		fmt.Fprintf(&b, "启动之前：备份之后公开日志可能又签过检查点，请把最新的 %s（原机密钥目录）覆盖到 %s；没有的，启动时由见证方告知。日志因此停止的，用 shenzhong log recover 从副本补齐。\n", backup.Checkpoint, filepath.Join(r.Data, "keys"))
	}
	_, err := io.WriteString(out, b.String())
	return err
}
