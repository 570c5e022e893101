// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;

namespace Tracer.Output;

/// <summary>State changes, one line each, in fixed columns because nothing is known of the lines to come.</summary>
internal sealed class TransitionLines(TextWriter output, OutputStyle style)
{
    private const int RememberedSockets = 65_536;
    private const string Columns = "{0,-12} {1,-10} {2,-24} {3,-23} {4,-23} {5,-27} {6}";

    private readonly RecentTable<(ulong Cookie, uint Netns), (TcpState State, ulong KtimeNs)> _last = new(RememberedSockets);

    public void WriteHeader()
    {
        if (style.Headers)
            output.WriteLine(style.Palette.Heading(Row("TIME", "COOKIE", "OWNER", "LOCAL", "REMOTE", "OLD -> NEW", "IN OLD")));
    }

    public void Write(Transition change)
    {
        string owner = change.Owner is { Pid: not 0 } actor ? SocketText.Actor(actor) : SocketText.Unknown;
        string states = $"{WireNames.Of(change.OldState)} -> {WireNames.Of(change.NewState)}";
        output.WriteLine(Paint(change.NewState, Row(
            style.Clock(change.Time), SocketText.Cookie(change.Cookie), owner,
            SocketText.Endpoint(change.LocalAddress, change.LocalPort),
            SocketText.Endpoint(change.RemoteAddress, change.RemotePort), states, TimeInOldState(change))));
    }

    private static string Row(string time, string cookie, string owner, string local, string remote, string states, string inOld) =>
        string.Format(null, Columns, time, cookie, owner, local, remote, states, inOld);

    private string Paint(TcpState state, string line) => state switch
    {
        TcpState.CloseWait => style.Palette.Bad(line),
        TcpState.Close => style.Palette.Faint(line),
        _ => line,
    };

    // Only a change seen by this command counts; after a loss the remembered state does not fit and nothing is claimed.
    private string TimeInOldState(Transition change)
    {
        var key = (change.Cookie, change.Netns);
        bool isKnown = _last.TryTake(key, out var previous) && previous.State == change.OldState && change.KtimeNs >= previous.KtimeNs;
        if (change.NewState != TcpState.Close)
            _last.Set(key, (change.NewState, change.KtimeNs));
        if (!isKnown)
            return SocketText.Unknown;
        return AgeText.Format(TimeSpan.FromTicks((long)((change.KtimeNs - previous.KtimeNs) / TimeSpan.NanosecondsPerTick)));
    }
}
