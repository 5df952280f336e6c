package source

import (
	"context"
	"sync"
)

// Job is one archive to fetch with others.
type Job struct {
	Source Source
	Entry  Entry
	Dir    string

	// Context, when set, ends this job alone.
	Context context.Context
}

// Outcome is how a job went.
type Outcome struct {
	Job    Job
	Result Result
	Err    error
}

// FetchAll does the jobs, at most parallel of them at a time, and returns their
// outcomes in the order of the jobs. A job that fails does not stop the others;
// a cancelled ctx does. What was fetched of an unfinished job stays, and a
// later FetchAll goes on with it. Report, which may be nil, is called with the
// index of a job, never twice at a time.
func FetchAll(ctx context.Context, jobs []Job, parallel int, report func(job int, p Progress)) []Outcome {
	out := make([]Outcome, len(jobs))
	slots := make(chan struct{}, max(1, parallel))
	var reporting sync.Mutex
	var running sync.WaitGroup
	for i, job := range jobs {
		out[i].Job = job
		select {
		case slots <- struct{}{}:
		case <-ctx.Done():
			out[i].Err = ctx.Err()
			continue
		}
		running.Go(func() {
			defer func() { <-slots }()
			var progress func(Progress)
			if report != nil {
				progress = func(p Progress) {
					reporting.Lock()
					defer reporting.Unlock()
					report(i, p)
				}
			}
			out[i].Result, out[i].Err = fetchOne(ctx, job, progress)
		})
	}
	running.Wait()
	return out
}

// fetchOne heeds both the context of all jobs and the job's own.
func fetchOne(ctx context.Context, job Job, progress func(Progress)) (Result, error) {
	if job.Context != nil {
		both, cancel := context.WithCancel(ctx)
		defer cancel()
		defer context.AfterFunc(job.Context, cancel)()
		ctx = both
	}
	return job.Source.Fetch(ctx, job.Entry, job.Dir, progress)
}
