{{- define "labels" -}}
app.kubernetes.io/managed-by: grove-operator
app.kubernetes.io/part-of: {{ .Values.set }}
{{- end }}

{{- define "owner" -}}
- apiVersion: grove.io/v1alpha1
  blockOwnerDeletion: true
  controller: true
  kind: {{ .kind }}
  name: {{ .name }}
  uid: ""
{{- end }}

{{- define "ownedBySet" -}}
{{ include "owner" (dict "kind" "PodCliqueSet" "name" .Values.set) }}
{{- end }}

{{- define "cliqueLabels" -}}
{{ include "labels" .root }}
app.kubernetes.io/component: pcsg-podclique
app.kubernetes.io/name: {{ .name }}
{{- if .scaled }}
grove.io/base-podgang: {{ .service }}
{{- end }}
grove.io/pod-template-hash: {{ .clique.hash | quote }}
grove.io/podcliquescalinggroup: {{ .group }}
grove.io/podcliquescalinggroup-replica-index: {{ .j | quote }}
grove.io/podcliqueset-replica-index: {{ .i | quote }}
grove.io/podgang: {{ .gang }}
{{- end }}

{{- define "groupEnv" -}}
- name: GROVE_PCSG_NAME
  valueFrom:
    fieldRef:
      fieldPath: metadata.labels['grove.io/podcliquescalinggroup']
- name: GROVE_PCSG_TEMPLATE_NUM_PODS
  value: {{ .Values.group.pods | quote }}
- name: GROVE_PCSG_INDEX
  valueFrom:
    fieldRef:
      fieldPath: metadata.labels['grove.io/podcliquescalinggroup-replica-index']
- name: MODEL
  value: {{ .Values.model }}
{{- end }}

{{- define "podEnv" -}}
- name: GROVE_PCS_NAME
  value: {{ .root.Values.set }}
- name: GROVE_PCS_INDEX
  value: {{ .i | quote }}
- name: GROVE_PCLQ_NAME
  value: {{ .name }}
- name: GROVE_HEADLESS_SERVICE
  value: {{ .service }}.{{ .root.Values.namespace }}.svc.cluster.local
- name: GROVE_PCLQ_POD_INDEX
  valueFrom:
    fieldRef:
      fieldPath: metadata.labels['grove.io/podclique-pod-index']
{{- end }}

{{- define "podSpec" -}}
containers:
- name: engine
  image: {{ .root.Values.image }}
  command: [engine, serve]
  args:
  {{- toYaml .clique.args | nindent 2 }}
  {{- with .clique.ports }}
  ports:
  {{- toYaml . | nindent 2 }}
  {{- end }}
  env:
  {{- if .isPod }}
  {{- include "podEnv" . | nindent 2 }}
  {{- end }}
  {{- include "groupEnv" .root | nindent 2 }}
  resources:
    limits:
      nvidia.com/gpu: "8"
restartPolicy: Always
terminationGracePeriodSeconds: 30
tolerations:
- key: nvidia.com/gpu
  operator: Exists
  effect: NoSchedule
{{- end }}
