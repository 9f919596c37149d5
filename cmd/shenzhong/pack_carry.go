package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/packfile"
	"shenzhong/services/kit/workday"
)

func packExportCommand() *cobra.Command {
	var day string
	var trust []string
	cmd := &cobra.Command{
		Use:   "export 规则包 归档文件",
		Short: "把规则包写成一个归档文件，附文件清单和校验值；内容相同的归档逐字节相同",
		Example: "  shenzhong pack export builtin wulong.zip\n" +
			"  shenzhong pack export builtin@2024 plan2024.zip\n" +
			"  shenzhong pack export builtin october.zip --on 2025-10-01",
		Args: exactly(2, "规则包和要写的归档文件"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return asked(runPackExport(cmd.OutOrStdout(), args[0], args[1], day, trust))
		},
	}
	cmd.Flags().StringVar(&day, "on", "", "只导出这一天有效的规则，供查阅和比较")
	cmd.Flags().StringArrayVar(&trust, "trust", nil, trustUsage)
	return cmd
}

func runPackExport(out io.Writer, name, target, day string, trust []string) error {
	o, err := openPack(name, trust...)
	if err != nil {
		return err
	}
	files := o.Files
	if day != "" {
		on, err := workday.ParseDate(day)
		if err != nil {
			return err
		}
		if files, err = packfile.Extract(files, on); err != nil {
			return err
		}
	}
	data, contents, err := packfile.Archive(files)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(target, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return fault.New(fault.Conflict, "%s 已经存在或者无法写入，请换一个文件名。", target)
	}
	if _, err := f.Write(data); err != nil {
		return errors.Join(fmt.Errorf("write %s: %w", target, err), f.Close())
	}
	if err := f.Close(); err != nil {
		return fmt.Errorf("write %s: %w", target, err)
	}
	_, err = io.WriteString(out, contents)
	return err
}

func packImportCommand() *cobra.Command {
	var trust []string
	cmd := &cobra.Command{
		Use:   "import 归档文件 目录",
		Short: "核对归档文件的清单、签名和规则，写成新的规则包目录；有一处不对就什么也不写",
		Args:  exactly(2, "归档文件和新的目录"),
		RunE: func(cmd *cobra.Command, args []string) error {
			p, err := packfile.Import(args[0], args[1], trust...)
			if err != nil {
				return asked(err)
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "已导入规则包 %s 到 %s。\n", p.Version(), args[1])
			return err
		},
	}
	cmd.Flags().StringArrayVar(&trust, "trust", nil, trustUsage)
	return cmd
}

func packKeyCommand() *cobra.Command {
	var name string
	cmd := &cobra.Command{
		Use:     "key 文件",
		Short:   "生成签名密钥（仅本人可读）和同名的 .pub 公钥文件",
		Example: "  shenzhong pack key --name wulong-mzj /secure/pack.key",
		Args:    exactly(1, "密钥文件"),
		RunE: func(cmd *cobra.Command, args []string) error {
			public, err := packfile.NewKey(name, args[0])
			if err != nil {
				return asked(err)
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s\n", public)
			return err
		},
	}
	cmd.Flags().StringVar(&name, "name", "", "签名人，例如 wulong-mzj")
	return cmd
}

func packSignCommand() *cobra.Command {
	var key string
	cmd := &cobra.Command{
		Use:   "sign 规则包",
		Short: "给规则包签名；提出的人和批准的人各用自己的密钥先后签名，签名都写在旁边的 .sig 文件里",
		Args:  exactly(1, "一个规则包"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if key == "" {
				return usageError{errors.New("没有签名密钥，请用 --key 指明密钥文件；没有密钥的先用 shenzhong pack key 生成")}
			}
			names, err := packfile.Sign(args[0], key)
			if err != nil {
				return asked(err)
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "签名写在 %s，已签名：%s。\n", packfile.SignatureOf(args[0]), strings.Join(names, "、"))
			return err
		},
	}
	cmd.Flags().StringVar(&key, "key", "", "签名密钥文件")
	return cmd
}
