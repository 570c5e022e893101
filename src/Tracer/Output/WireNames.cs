// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Google.Protobuf.Reflection;

namespace Tracer.Output;

/// <summary>Names of protocol values as people write them.</summary>
internal static class WireNames
{
    private static readonly Dictionary<TcpState, string> States = Names<TcpState>(EventReflection.Descriptor, "TCP_STATE_");
    private static readonly Dictionary<Verdict, string> Verdicts = Names<Verdict>(EventReflection.Descriptor, "VERDICT_");
    private static readonly Dictionary<Severity, string> Severities = Names<Severity>(FindingReflection.Descriptor, "SEVERITY_");

    /// <summary>CLOSE_WAIT, ESTABLISHED ...; a state from a newer daemon shows its number.</summary>
    public static string Of(TcpState state) => States.TryGetValue(state, out string? name) ? name : $"STATE_{(int)state}";

    /// <summary>EOF_NOT_READ, NEVER_ACCEPTED ...; empty: there was nothing to judge.</summary>
    public static string Of(Verdict verdict) => verdict == Verdict.Unspecified ? ""
        : Verdicts.TryGetValue(verdict, out string? name) ? name : $"VERDICT_{(int)verdict}";

    /// <summary>CRITICAL, WARNING ...</summary>
    public static string Of(Severity severity) => severity == Severity.Unspecified ? "NOT RATED"
        : Severities.TryGetValue(severity, out string? name) ? name : $"SEVERITY_{(int)severity}";

    public static string Of(Direction direction) => direction switch
    {
        Direction.Inbound => "in",
        Direction.Outbound => "out",
        Direction.Listen => "listen",
        _ => "?",
    };

    public static string Of(EndReason reason) => reason switch
    {
        EndReason.Closed => "closed",
        EndReason.ProcessExit => "process exit",
        EndReason.ResetByPeer => "reset by peer",
        EndReason.TimedOut => "timed out",
        EndReason.Destroyed => "destroyed by an administrator",
        EndReason.ListenerClosed => "listener closed",
        _ => "end not seen",
    };

    private static Dictionary<T, string> Names<T>(FileDescriptor file, string prefix)
        where T : struct, System.Enum => file.FindTypeByName<EnumDescriptor>(typeof(T).Name).Values
            .ToDictionary(value => (T)System.Enum.ToObject(typeof(T), value.Number), value => value.Name[prefix.Length..]);
}
