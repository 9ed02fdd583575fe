// Renders the template of each line of golden.jsonl with Go's own text/template and sprig, and writes the line with what came out.
//
// How to run it again, after adding lines with a template only: copy it with data.json and golden.jsonl into an empty folder, then
//
//	go mod init golden && go get github.com/Masterminds/sprig/v3@v3.3.0
//	go run . data.json golden.jsonl > new.jsonl
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"text/template"
	"time"

	"github.com/Masterminds/sprig/v3"
)

// Whole numbers are int64, as in the API machinery's unstructured objects.
func whole(v any) any {
	switch v := v.(type) {
	case json.Number:
		if i, err := v.Int64(); err == nil {
			return i
		}
		f, _ := v.Float64()
		return f
	case map[string]any:
		for k := range v {
			v[k] = whole(v[k])
		}
	case []any:
		for i := range v {
			v[i] = whole(v[i])
		}
	}
	return v
}

func main() {
	raw, _ := os.ReadFile(os.Args[1])
	file, _ := os.Open(os.Args[2])
	scanner := bufio.NewScanner(file)
	for scanner.Scan() {
		var line struct{ Template string }
		if err := json.Unmarshal(scanner.Bytes(), &line); err != nil {
			panic(err)
		}
		source := line.Template
		var data map[string]any
		decoder := json.NewDecoder(bytes.NewReader(raw))
		decoder.UseNumber()
		decoder.Decode(&data)
		data = whole(data).(map[string]any)
		data["time"] = map[string]any{"Parse": func(s string) time.Time { t, _ := time.Parse(time.RFC3339, s); return t }}
		answer := map[string]any{"template": source}
		parsed, err := template.New("t").Funcs(sprig.TxtFuncMap()).Parse(source)
		if err == nil {
			var out strings.Builder
			func() {
				defer func() {
					if r := recover(); r != nil {
						err = fmt.Errorf("%v", r)
					}
				}()
				err = parsed.Execute(&out, data)
			}()
			answer["output"] = out.String()
		}
		if err != nil {
			delete(answer, "output")
			answer["fails"] = true
		}
		encoder := json.NewEncoder(os.Stdout)
		encoder.SetEscapeHTML(false)
		encoder.Encode(answer)
	}
}
