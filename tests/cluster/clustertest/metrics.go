package clustertest

import (
	"regexp"
	"strconv"
)

// Sum adds up the samples of a metric on a page of metrics.
func Sum(page, metric string) float64 {
	total := 0.0
	for _, sample := range regexp.MustCompile(`(?m)^`+metric+`(?:\{.*\})? (\S+)$`).FindAllStringSubmatch(page, -1) {
		value, _ := strconv.ParseFloat(sample[1], 64)
		total += value
	}
	return total
}
