package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"shenzhong/services/kit/bus/jsbus"
	"shenzhong/services/kit/workday"
)

// judge says what needs a person.
func (r *lagReport) judge() {
	say := func(format string, args ...any) { r.Wrong = append(r.Wrong, fmt.Sprintf(format, args...)) }
	if r.Process == "silent" {
		say("程序占用着数据目录却没有应答，请查看它的日志，必要时重新启动；已提交的内容都在存储中，不会丢失")
	}
	if r.Condition != nil && r.Condition.Deaf {
		say("消息服务没有应答，程序正在自行恢复；持续不恢复时请核对磁盘空间后重新启动")
	}
	if r.LimitsLate != nil && *r.LimitsLate > 0 {
		say("有 %d 个期限到点后超过 %s 没有提醒或者认定逾期，请查看日志中 oversee 的错误；恢复后会逐个补上，不会重复", *r.LimitsLate, lasting(lateSweep.Seconds()))
	}
	for _, o := range r.Outboxes {
		if r.Process != "stopped" && o.Age > lateFact.Seconds() {
			say("%s 有 %d 条事实等待发送，最早的已等 %s，新的办理会被拒绝；%s", o.Context, o.Waiting, lasting(o.Age), why(o.Reason))
		}
		if o.Held > 0 {
			say("%s 有 %d 条事实无法发送（内容过大或者不合规），请联系技术支持", o.Context, o.Held)
		}
		r.judgeStream(o, say)
	}
	for _, st := range r.Streams {
		for _, c := range st.Consumers {
			if c.Pending > 0 && c.Waiting == 0 && c.InHand == 0 {
				say("%s 有 %d 条 %s 的事实没有听取，没有进程在听；请核对相应服务是否在运行", c.Reaction, c.Pending, st.Name)
			}
		}
		if st.MaxBytes > 0 && float64(st.Bytes) > fullStream*float64(st.MaxBytes) {
			say("消息流 %s 已用 %d%%，写满后新的事实发不出去；请提高上限后重启", st.Name, int(100*float64(st.Bytes)/float64(st.MaxBytes)))
		}
	}
	total := 0
	for _, n := range r.DeadLetters {
		total += n
	}
	if total > 0 {
		say("有 %d 条死信等待处理，请用 shenzhong ctl dead-letters 查看", total)
	}
}

// judgeStream compares what a store noted of its stream with the stream.
func (r *lagReport) judgeStream(o outboxLag, say func(string, ...any)) {
	if r.Streams == nil || o.Epoch == "" {
		return
	}
	i := slices.IndexFunc(r.Streams, func(st jsbus.StreamState) bool { return st.Name == jsbus.StreamName(o.Context) })
	switch {
	case i < 0:
		say("没有 %s 的消息流；运行中的程序会自行重建，长时间没有请用 shenzhong ctl rebuild-stream %s", o.Context, o.Context)
	case o.Noted > r.Streams[i].Last:
		say("%s 的消息流丢失了末尾（应到 %d，现到 %d）；运行中的程序会自行补发", o.Context, o.Noted, r.Streams[i].Last)
	}
}

func why(reason string) string {
	if reason == "" {
		return "请核对消息服务"
	}
	return "原因：" + reason
}

// lasting is a number of seconds for a reader.
func lasting(seconds float64) string {
	d := time.Duration(seconds * float64(time.Second))
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d 秒", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%d 分钟", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d 小时", int(d.Hours()))
	}
	return fmt.Sprintf("%d 天", int(d.Hours()/24))
}

var processWords = map[string]string{"running": "运行中", "stopped": "没有 up 在运行", "silent": "运行中，但没有应答", "external": "多进程部署"}

// write is the report for a reader.
func (r lagReport) write(out io.Writer, data string) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s　%s　%s\n", r.At.In(workday.Zone).Format("2006-01-02 15:04:05"), data, processWords[r.Process])
	fmt.Fprintln(&b, "等待发送的事实")
	for _, o := range r.Outboxes {
		fmt.Fprintf(&b, "  %-10s %d", o.Context, o.Waiting)
		if o.Oldest != nil {
			fmt.Fprintf(&b, "，最早的已等 %s（%s）", lasting(o.Age), o.Fact)
		}
		fmt.Fprintln(&b)
	}
	r.writeStreams(&b)
	total := 0
	for _, n := range r.DeadLetters {
		total += n
	}
	fmt.Fprintf(&b, "死信 %d\n", total)
	if r.LimitsLate != nil {
		fmt.Fprintf(&b, "到点未处理的期限 %d\n", *r.LimitsLate)
	}
	if len(r.Wrong) == 0 {
		fmt.Fprintln(&b, "没有需要处理的事项。")
	}
	for _, w := range r.Wrong {
		fmt.Fprintf(&b, "需要处理：%s\n", w)
	}
	_, err := io.WriteString(out, b.String())
	return err
}

func (r lagReport) writeStreams(b *strings.Builder) {
	if r.Streams == nil {
		if r.Process == "stopped" {
			fmt.Fprintln(b, "消息流在启动后才能查看；多进程部署请加 --nats，或者用 --config 指明 run 的设置文件")
		}
		return
	}
	fmt.Fprintln(b, "消息流")
	done := 0
	for _, st := range r.Streams {
		fmt.Fprintf(b, "  %-12s %d 条，到 %d，%d KB", st.Name, st.Messages, st.Last, st.Bytes>>10)
		if st.MaxBytes > 0 {
			fmt.Fprintf(b, "，占上限 %.1f%%", 100*float64(st.Bytes)/float64(st.MaxBytes))
		}
		fmt.Fprintln(b)
		for _, c := range st.Consumers {
			if c.Pending == 0 && c.InHand == 0 {
				done++
				continue
			}
			fmt.Fprintf(b, "    %s 还没有听取 %d，处理中 %d（其中重送 %d）\n", c.Reaction, c.Pending, c.InHand, c.Again)
		}
	}
	fmt.Fprintf(b, "  另有 %d 个处理程序没有积压\n", done)
}
