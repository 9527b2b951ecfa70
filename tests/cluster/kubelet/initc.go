package kubelet

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"

	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Where a pod mounts what its grove-initc reads, and the environment variable
// that tells the process, which has no mounts of its own, where it is instead.
var initcFolders = map[string]string{
	"/var/grove/pod-info":                           "GROVE_POD_INFO_DIR",
	"/var/run/secrets/kubernetes.io/serviceaccount": "GROVE_TOKEN_DIR",
}

// initProcess is one run after the other of a real init container.
type initProcess struct {
	mutex  sync.Mutex
	cmd    *exec.Cmd // set while it runs
	killed bool
	ended  bool
	code   int32
	output string // end of what it wrote
	runs   int
	retry  time.Time // not before
}

// advanceInitc says whether the real init container has finished.
func (s *step) advanceInitc(container *corev1.Container, status *corev1.ContainerStatus) bool {
	if s.Initc == "" {
		status.State = waiting("NoInitcProgram",
			"this cluster was started without --initc, so `"+InitcContainer+"` has no program and the pod does not start")
		return false
	}
	if s.record.initc == nil {
		s.record.initc = &initProcess{}
	}
	p := s.record.initc
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if p.cmd != nil {
		s.run(status)
		return false
	}
	if p.ended {
		p.ended = false
		if p.code == 0 {
			s.complete(status)
			return true
		}
		p.retry = s.now.Add(min(time.Second<<min(p.runs-1, 4), 10*time.Second))
		s.crash(status, p.code, p.output)
	}
	if s.status.Phase == corev1.PodFailed {
		return false
	}
	if left := p.retry.Sub(s.now); left > 0 {
		s.lookAgain(left)
		return false
	}
	if err := s.startInitc(p, container); err != nil {
		status.State = waiting("CreateContainerConfigError", err.Error())
		s.lookAgain(200 * time.Millisecond)
		return false
	}
	s.run(status)
	return false
}

func (s *step) startInitc(p *initProcess, container *corev1.Container) error {
	dir := s.podDir(s.record)
	env := []string{
		"PATH=" + os.Getenv("PATH"),
		"HOME=" + dir,
		"HOSTNAME=" + s.pod.Name,
		"KUBERNETES_SERVICE_HOST=" + s.ServerHost,
		"KUBERNETES_SERVICE_PORT=" + s.ServerPort,
	}
	env = append(env, s.ExtraEnv...)
	for _, variable := range container.Env {
		value := variable.Value
		if variable.ValueFrom != nil && variable.ValueFrom.FieldRef != nil {
			value = s.field(variable.ValueFrom.FieldRef.FieldPath)
		}
		env = append(env, variable.Name+"="+value)
	}
	for _, mount := range container.VolumeMounts {
		folder := filepath.Join(dir, mount.Name)
		if err := s.project(mount.Name, folder); err != nil {
			return err
		}
		if name, known := initcFolders[strings.TrimRight(mount.MountPath, "/")]; known {
			env = append(env, name+"="+folder)
		}
	}
	log, err := os.OpenFile(filepath.Join(s.Dir, fmt.Sprintf("%s_%s.log", s.pod.Namespace, s.pod.Name)),
		os.O_CREATE|os.O_APPEND|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	cmd := exec.Command(s.Initc, container.Args...)
	cmd.Env, cmd.Dir, cmd.Stdout, cmd.Stderr = env, dir, log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
	if err := s.starter.start(cmd); err != nil {
		log.Close()
		return err
	}
	p.cmd = cmd
	p.runs++
	queue, key := s.queue, s.key
	go func() {
		err := cmd.Wait()
		p.finish(err, log)
		queue.Add(key)
	}()
	return nil
}

func (p *initProcess) finish(err error, log *os.File) {
	defer log.Close()
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.cmd, p.ended, p.code = nil, true, 0
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		if p.code = int32(exit.ExitCode()); p.code < 0 {
			p.code = 128 + int32(exit.Sys().(syscall.WaitStatus).Signal())
		}
	} else if err != nil {
		p.code = 1
	}
	end := make([]byte, 1024)
	if info, err := log.Stat(); err == nil {
		n, _ := log.ReadAt(end, max(0, info.Size()-int64(len(end))))
		p.output = strings.ToValidUTF8(string(end[:n]), "?")
	}
}

// kill ends the process, if there is one; nil is none.
func (p *initProcess) kill() {
	if p == nil {
		return
	}
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if p.cmd != nil {
		_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL)
	}
}

// project writes the files of one volume. Kinds that no grove-initc mounts are
// an empty folder.
func (s *step) project(volume, folder string) error {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	for _, v := range s.pod.Spec.Volumes {
		if v.Name != volume {
			continue
		}
		switch {
		case v.Secret != nil:
			return s.projectSecret(v.Secret.SecretName, folder)
		case v.DownwardAPI != nil:
			return s.projectFields(v.DownwardAPI.Items, folder)
		case v.Projected != nil:
			return s.projectSources(v.Projected.Sources, folder)
		}
	}
	return nil
}

func (s *step) projectSecret(name, folder string) error {
	secret, err := s.Client.CoreV1().Secrets(s.pod.Namespace).Get(s.ctx, name, metav1.GetOptions{})
	if err != nil {
		return err
	}
	if secret.Type == corev1.SecretTypeServiceAccountToken && len(secret.Data["token"]) == 0 {
		return fmt.Errorf("secret %q has no token yet", name)
	}
	for key, value := range secret.Data {
		if err := os.WriteFile(filepath.Join(folder, key), value, 0o600); err != nil {
			return err
		}
	}
	return nil
}

func (s *step) projectFields(items []corev1.DownwardAPIVolumeFile, folder string) error {
	for _, item := range items {
		if item.FieldRef == nil {
			continue
		}
		path := filepath.Join(folder, item.Path)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte(s.field(item.FieldRef.FieldPath)), 0o600); err != nil {
			return err
		}
	}
	return nil
}

func (s *step) projectSources(sources []corev1.VolumeProjection, folder string) error {
	for _, source := range sources {
		var err error
		switch {
		case source.Secret != nil:
			err = s.projectSecret(source.Secret.Name, folder)
		case source.DownwardAPI != nil:
			err = s.projectFields(source.DownwardAPI.Items, folder)
		case source.ConfigMap != nil:
			err = s.projectConfigMap(source.ConfigMap.Name, folder)
		case source.ServiceAccountToken != nil:
			err = s.projectToken(source.ServiceAccountToken, folder)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *step) projectConfigMap(name, folder string) error {
	config, err := s.Client.CoreV1().ConfigMaps(s.pod.Namespace).Get(s.ctx, name, metav1.GetOptions{})
	if err != nil {
		return err
	}
	for key, value := range config.Data {
		if err := os.WriteFile(filepath.Join(folder, key), []byte(value), 0o600); err != nil {
			return err
		}
	}
	return nil
}

func (s *step) projectToken(source *corev1.ServiceAccountTokenProjection, folder string) error {
	request := &authenticationv1.TokenRequest{Spec: authenticationv1.TokenRequestSpec{
		ExpirationSeconds: source.ExpirationSeconds,
		BoundObjectRef:    &authenticationv1.BoundObjectReference{APIVersion: "v1", Kind: "Pod", Name: s.pod.Name, UID: s.pod.UID},
	}}
	if source.Audience != "" {
		request.Spec.Audiences = []string{source.Audience}
	}
	token, err := s.Client.CoreV1().ServiceAccounts(s.pod.Namespace).
		CreateToken(s.ctx, s.pod.Spec.ServiceAccountName, request, metav1.CreateOptions{})
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder, source.Path), []byte(token.Status.Token), 0o600)
}

// field resolves the downward API paths that pods use.
func (s *step) field(path string) string {
	if name, ok := subscript(path, "metadata.labels"); ok {
		return s.pod.Labels[name]
	}
	if name, ok := subscript(path, "metadata.annotations"); ok {
		return s.pod.Annotations[name]
	}
	return map[string]string{
		"metadata.name": s.pod.Name, "metadata.namespace": s.pod.Namespace, "metadata.uid": string(s.pod.UID),
		"spec.nodeName": s.pod.Spec.NodeName, "spec.serviceAccountName": s.pod.Spec.ServiceAccountName,
		"status.podIP": s.status.PodIP, "status.hostIP": s.status.HostIP,
	}[path]
}

func subscript(path, field string) (string, bool) {
	rest, ok := strings.CutPrefix(path, field+"['")
	if !ok {
		return "", false
	}
	return strings.CutSuffix(rest, "']")
}

// starter starts processes from one thread that lives as long as the program:
// a child with a death signal dies with the thread that made it.
type starter struct{ requests chan startRequest }

type startRequest struct {
	cmd    *exec.Cmd
	result chan error
}

func newStarter() *starter {
	s := &starter{requests: make(chan startRequest)}
	go func() {
		runtime.LockOSThread()
		for request := range s.requests {
			request.result <- request.cmd.Start()
		}
	}()
	return s
}

func (s *starter) start(cmd *exec.Cmd) error {
	result := make(chan error)
	s.requests <- startRequest{cmd, result}
	return <-result
}
