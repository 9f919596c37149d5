package fdraw

import (
	"fmt"
	"strconv"
)

// FileType is the word in the first line of a file.
type FileType string

// The files of one draw (section 3), and the extras that a Bundle may carry.
const (
	AnnounceFile FileType = "announce"
	PolicyFile   FileType = "policy"
	PoolFile     FileType = "pool"
	OfficersFile FileType = "officers"
	CommitFile   FileType = "commit"
	FreezeFile   FileType = "freeze"
	RevealsFile  FileType = "reveals"
	BeaconFile   FileType = "beacon"
	ResultFile   FileType = "result"
	SealedFile   FileType = "sealed"
	NoticeFile   FileType = "notice"

	SubstituteFile FileType = "substitute"
	RegistryFile   FileType = "registry"
	ChangesFile    FileType = "changes"
	FallbackFile   FileType = "fallback"
	NumbersFile    FileType = "numbers"
	LedgerFile     FileType = "ledger"
	LeafFile       FileType = "leaf"
	VoidFile       FileType = "void"

	CountersignFile FileType = "countersign"
)

// Name is what a citizen calls the file.
func (f FileType) Name() string {
	if name, ok := fileNames[f]; ok {
		return name
	}
	return string(f)
}

var fileNames = map[FileType]string{
	AnnounceFile: "抽取公告", PolicyFile: "抽取政策", PoolFile: "对象名录",
	OfficersFile: "执法人员名录", CommitFile: "承诺", FreezeFile: "冻结文件",
	RevealsFile: "揭示文件", BeaconFile: "公共随机数", ResultFile: "抽取结果",
	SealedFile: "密封文件", NoticeFile: "抽查通知", SubstituteFile: "人员替换记录",
	RegistryFile: "对象属性表", ChangesFile: "名录变动说明", FallbackFile: "备用随机源说明",
	NumbersFile: "抽取编号清单", LedgerFile: "结果公示台账", LeafFile: "日志条目", VoidFile: "作废说明", CountersignFile: "复算签署",
}

// FormatError says which line of which file is not as section 2 and 3 demand.
type FormatError struct {
	File FileType
	Line int    // from 1; 0 when the file as a whole is meant
	Why  string // plain Chinese, without a full stop
}

func (e *FormatError) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("%s（%s）：%s", e.File.Name(), e.File, e.Why)
	}
	return fmt.Sprintf("%s（%s）第 %d 行：%s", e.File.Name(), e.File, e.Line, e.Why)
}

// head is the first three lines of most files.
func (r *reader) head() Head {
	r.literal("fdraw/v1 " + string(r.file))
	return r.origin()
}

func (r *reader) origin() Head {
	return Head{Draw: r.asID(r.word("draw")), Attempt: r.number("attempt", 1, maxNumber)}
}

// Head names the draw a file belongs to. A draw that had to be voided before
// its public number was drawn is repeated as the next attempt (section 5).
type Head struct {
	Draw    string
	Attempt int // from 1
}

func (h Head) String() string { return fmt.Sprintf("%s/%d", h.Draw, h.Attempt) }

// origin is the two lines that name a draw.
func (h Head) origin() string {
	return "draw " + h.Draw + "\nattempt " + strconv.Itoa(h.Attempt) + "\n"
}

func (h Head) text(file FileType) string { return "fdraw/v1 " + string(file) + "\n" + h.origin() }
