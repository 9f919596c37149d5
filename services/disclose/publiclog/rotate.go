package publiclog

import (
	"strings"

	"shenzhong/services/kit/fault"
)

// Rotate returns secret lines with a new generation of keys after those given.
// Every generation signs, so who knows only an old one can go on.
func Rotate(text string) (string, error) {
	keys, err := ParseKeys(text)
	if err != nil {
		return "", err
	}
	fresh, err := Generate(keys.Origin)
	if err != nil {
		return "", err
	}
	return strings.TrimSpace(text) + "\n" + fresh, nil
}

// Retire returns secret lines without the oldest generation. last is the last
// checkpoint signed: until every key that remains is under it, nobody can have
// learnt of them, and it is fault.Conflict. The only generation never goes.
func Retire(text, last string) (string, error) {
	keys, err := ParseKeys(text)
	if err != nil {
		return "", err
	}
	if !(&Notary{Keys: keys}).signed(last) {
		return "", fault.New(fault.Conflict, "新密钥还没有签过检查点，现在停用旧密钥，只认旧密钥的人就无从核验；请先启动程序，待新检查点签发并告知各方之后再停用")
	}
	var kept []string
	dropped := map[bool]bool{} // by whether it is SM2
	for line := range strings.SplitSeq(strings.TrimSpace(text), "\n") {
		domestic := strings.HasPrefix(line, sm2Secret)
		if !dropped[domestic] {
			dropped[domestic] = true
			continue
		}
		kept = append(kept, line)
	}
	left := strings.Join(kept, "\n")
	if !strings.Contains(left, ed25519Secret) || !strings.Contains(left, sm2Secret) {
		return "", fault.New(fault.Conflict, "公开日志只有这一代密钥，不能停用；请先轮换")
	}
	return left + "\n", nil
}
