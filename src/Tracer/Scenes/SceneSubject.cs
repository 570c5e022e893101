// SPDX-License-Identifier: Apache-2.0
using Tracer.Attribution;

namespace Tracer.Scenes;

/// <summary>Whose value a condition looks at: the host, all zero; a process; or a listener.</summary>
internal readonly record struct SceneSubject(ProcessKey Process, SocketKey Listener)
{
    public static SceneSubject Host => default;

    public static SceneSubject Of(ProcessKey process) => new(process, default);

    public static SceneSubject Of(SocketKey listener) => new(default, listener);
}
