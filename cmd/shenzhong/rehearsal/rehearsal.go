// Package rehearsal plays the whole regulatory loop on a running system, as its
// users would: over HTTP, each with a token of their own, on a clock that can
// be moved. Then it checks what must be true of the books. It must never reach
// into a context: it knows their operations, their facts and their chains.
package rehearsal

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"shenzhong/services/kit/deadline"
	"shenzhong/services/kit/law"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/view"
	"shenzhong/services/kit/workday"
)

// Stage is a running system as a rehearsal sees it, whether it is one process
// or many.
type Stage interface {
	// URL is where a context answers, without a slash at the end.
	URL(context string) string
	// Move sets the clock of the system. It never goes back.
	Move(to time.Time) error
	// Settle waits until nothing is on its way, and until what is due by the
	// clock has been done.
	Settle(ctx context.Context) error
	// Logs are the stores, by context, to read them.
	Logs() map[string]store.Log
	// Views are the read models of every context.
	Views() []view.Folding
	// Parked counts the facts that some reaction could not deal with.
	Parked(ctx context.Context) (int, error)
}

// Config is what a rehearsal needs besides its stage.
type Config struct {
	Stage    Stage
	Law      *law.Pack
	Calendar *workday.Calendar
	Client   *http.Client
	Out      io.Writer
	JSON     bool
	// Watch is called at some moments of the first draw, with nothing on its way;
	// an error ends the story. May be nil.
	Watch func(context.Context, Scene) error
	// Published takes what every opened draw has published. May be nil.
	Published func(draw string, bundle []byte) error
}

// Scene is a moment of the story as a watcher finds it.
type Scene struct {
	Moment string // closed, sealed, noticed, opened
	Draw   string
	Batch  string
	Tokens map[string]string // secrets of those who have acted, by account
	Bundle []byte            // of the draw, once it is opened
}

// watch shows the moment to whoever watches the first draw.
func (p *play) watch(moment string, bundle []byte) {
	if p.err != nil || p.Watch == nil {
		return
	}
	p.wait()
	if p.err == nil {
		p.must(p.Watch(p.ctx, Scene{Moment: moment, Draw: p.keep["first draw"], Batch: p.keep["first batch"], Tokens: p.tokens, Bundle: bundle}))
	}
}

// Start is when the rehearsed year begins.
var Start = time.Date(2026, 1, 5, 9, 0, 0, 0, workday.Zone)

// Invariant is one thing that must be true at the end.
type Invariant struct {
	Name   string `json:"name"`
	Holds  bool   `json:"holds"`
	Detail string `json:"detail"`
}

// Run plays the story and checks the invariants. It returns them all; an error
// means that the story itself could not be played to its end.
func Run(ctx context.Context, cfg Config) ([]Invariant, error) {
	p := newPlay(cfg, Start)
	if err := cfg.Stage.Move(p.now); err != nil {
		return nil, err
	}
	for i, step := range steps {
		p.heading(i+1, step.title)
		if err := p.act(ctx, step.play); err != nil {
			return nil, fmt.Errorf("第 %d 步“%s”没有演完：%w", i+1, step.title, err)
		}
		if err := p.tell(ctx); err != nil {
			return nil, err
		}
	}
	return p.check(ctx)
}

func newPlay(cfg Config, now time.Time) *play {
	return &play{Config: cfg, now: now, tokens: map[string]string{}, names: map[string]string{}, known: map[string]string{}, seen: map[string]int64{}, keep: map[string]string{}}
}

// step is one part of the story.
type step struct {
	title string
	play  func(*play)
}

// steps are the main job from the plan to the published record and back.
var steps = []step{
	{"装入区县：单位、监管领域、抽查事项、对象和人员", (*play).district},
	{"年度联合抽查计划：拟订、审批、公布", (*play).yearPlan},
	{"第一批抽取：对象和人员", (*play).firstDraw},
	{"联合检查：一次进门，各查各项", (*play).jointVisits},
	{"三种结果：公示，责令改正，移送", (*play).threeOutcomes},
	{"投诉举报：分办、退回、争议、裁定、并案、答复；监测预警和联动响应", (*play).complaints},
	{"线索转为案件，依法定程序作出决定并公示", (*play).theCase},
	{"逾期未公示的决定，和被复议撤销的决定", (*play).lateAndRevoked},
	{"信用记录逐条计分，等级改变下一批的抽查比例", (*play).grades},
	{"书面承诺的公示，和违反承诺的认定", (*play).promise},
}

// play is a rehearsal under way.
type play struct {
	Config
	ctx     context.Context
	now     time.Time
	tokens  map[string]string // secrets by account
	names   map[string]string // of people, by account
	known   map[string]string // what the facts have called an entity, by id
	seen    map[string]int64  // version that was told, by subject
	keep    map[string]string // ids that later steps need
	bundles [][]byte          // of the draws that were opened
	team    []person          // officers whom a draw has sent
	hasty   bool              // settles only where the story waits for another context
	key     int
	err     error // what ended the story
}

// act plays one step. A step reads as the story it is: whatever goes wrong is
// kept, and everything after it does nothing.
func (p *play) act(ctx context.Context, step func(*play)) error {
	p.ctx = ctx
	step(p)
	return p.err
}

// must ends the story on an error.
func (p *play) must(err error) {
	if p.err == nil {
		p.err = err
	}
}

// expect ends the story where it does not go as the law says.
func (p *play) expect(ok bool, format string, args ...any) {
	if !ok && p.err == nil {
		p.must(fmt.Errorf(format, args...))
	}
}

// until moves the clock to an instant, day by day, so that everything that falls
// due on the way does so on its day.
func (p *play) until(at string) {
	to, err := time.ParseInLocation("2006-01-02 15:04", at, workday.Zone)
	p.must(err)
	p.expect(to.After(p.now), "时间不能倒退到 %s", at)
	for p.err == nil && p.now.Before(to) {
		y, m, d := p.now.Date()
		p.now = time.Date(y, m, d+1, 8, 30, 0, 0, workday.Zone)
		if p.now.After(to) {
			p.now = to
		}
		p.must(p.Stage.Move(p.now))
		p.settle()
	}
	if !p.hasty {
		p.must(p.tell(p.ctx))
	}
}

// settle waits until what was done has had its effects.
func (p *play) settle() {
	if p.err == nil && !p.hasty {
		p.wait()
	}
}

// wait is settle where the story cannot go on without.
func (p *play) wait() {
	if p.err == nil {
		p.must(p.Stage.Settle(p.ctx))
	}
}

// today is the date of the clock.
func (p *play) today() string { return p.now.Format(time.DateOnly) }

// line prints one object of --json.
func (p *play) line(v any) error { return json.NewEncoder(p.Out).Encode(v) }

// check reads the books at the end.
func (p *play) check(ctx context.Context) ([]Invariant, error) {
	parked, err := p.Stage.Parked(ctx)
	if err != nil {
		return nil, err
	}
	public, err := p.publicLog(ctx)
	if err != nil {
		return nil, err
	}
	invariants, err := Check(ctx, Books{
		Logs: p.Stage.Logs(), Views: p.Stage.Views(), Counter: deadline.Counter{Law: p.Law, Calendar: p.Calendar},
		Today: workday.DateOf(p.now), Parked: parked, Bundles: p.bundles, Public: public,
	})
	if err != nil {
		return nil, err
	}
	if p.JSON {
		return invariants, p.line(map[string]any{"invariants": invariants})
	}
	if _, err := fmt.Fprintln(p.Out, "\n核对"); err != nil {
		return nil, err
	}
	for _, i := range invariants {
		mark := "符合"
		if !i.Holds {
			mark = "不符"
		}
		if _, err := fmt.Fprintf(p.Out, "%s　%s（%s）\n", mark, i.Name, i.Detail); err != nil {
			return nil, err
		}
	}
	return invariants, nil
}
