// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Google.Protobuf.Reflection;

namespace Tracer.Output;

/// <summary>Names of protocol values as people write them.</summary>
internal static class WireNames
{
    private const string StatePrefix = "TCP_STATE_";

    private static readonly Dictionary<TcpState, string> States = System.Enum.GetValues<TcpState>()
        .ToDictionary(state => state, state => OriginalName(EventReflection.Descriptor, state)[StatePrefix.Length..]);

    /// <summary>CLOSE_WAIT, ESTABLISHED ...; a state from a newer daemon shows its number.</summary>
    public static string Of(TcpState state) => States.TryGetValue(state, out string? name) ? name : $"STATE_{(int)state}";

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

    private static string OriginalName(FileDescriptor file, TcpState state) =>
        file.FindTypeByName<EnumDescriptor>(nameof(TcpState)).FindValueByNumber((int)state).Name;
}
