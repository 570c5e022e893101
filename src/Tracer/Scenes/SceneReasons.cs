// SPDX-License-Identifier: Apache-2.0
using Tracer.Attribution;
using Tracer.Output;
using Tracer.Wire;

namespace Tracer.Scenes;

/// <summary>Says why a scene is saved: "close_wait > 500: 512", "fd_share > 80%: 83.2% of orders(27440)".</summary>
internal static class SceneReasons
{
    private const int MostNamed = 4;

    public static string Describe(IReadOnlyList<SceneCrossing> crossings, INameSource names, IReadOnlyList<ListenerFacts> listeners)
    {
        string named = string.Join("; ", crossings.Take(MostNamed).Select(crossing => Describe(in crossing, names, listeners)));
        return TargetText.Clean(crossings.Count > MostNamed ? $"{named}; and {crossings.Count - MostNamed} more" : named);
    }

    private static string Describe(in SceneCrossing crossing, INameSource names, IReadOnlyList<ListenerFacts> listeners)
    {
        string value = $"{crossing.Condition}: {crossing.Condition.Show(crossing.Value)}";
        SceneSubject subject = crossing.Subject;
        if (subject == SceneSubject.Host)
            return value;
        if (subject.Process.IsKnown)
            return $"{value} of {names.FindProcess(subject.Process)?.Comm ?? "process"}({subject.Process.Pid})";
        ListenerFacts? listener = listeners.FirstOrDefault(one => new SocketKey(one.Cookie, one.Netns) == subject.Listener);
        return listener is null ? value : $"{value} of {Describe(listener)}, {listener.QueueLength}/{listener.QueueLimit}";
    }

    private static string Describe(ListenerFacts listener)
    {
        WireAddress address = listener.LocalAddress;
        return new System.Net.IPEndPoint(address.IsV4Mapped ? address.ToIPAddress() : new System.Net.IPAddress(address.Bytes), listener.LocalPort).ToString();
    }
}
