// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using Tracer.Wire;

namespace Tracer.Attribution.Findings.Origins;

/// <summary>Gives the origin of a socket its name: by this text, findings and close history are told apart.</summary>
internal sealed class OriginNames(INameSource names)
{
    public const string Existed = "not known: existed before the tracer";
    public const string Listener = "listener ";
    public const string NoStack = "not known: no stack of the connect()";

    public OriginSite Resolve(in TrackedSocket socket)
    {
        ProcessKey originator = OriginRules.OriginatorOf(in socket);
        ProcessFacts? process = names.FindProcess(originator);
        ProcessKey group = process?.Group ?? originator;
        bool isTraced = OriginRules.IsTraced(in socket);
        (SiteRole role, string fallback, bool isSettled) = Fallback(in socket, isTraced);
        isSettled &= process is not null;
        if (!isTraced)
            return new OriginSite(group, role, fallback, fallback, HasLine: false, IsTraced: false, isSettled);
        ulong stackId = socket.Last.Record.Origin.StackId;
        StackReport? stack = stackId == 0 ? null : names.FindStack(stackId);
        string line = CodeText.LineToShow(stack);
        if (line.Length == 0)
            return new OriginSite(group, role, fallback, fallback, HasLine: false, IsTraced: true, isSettled && (stackId == 0 || stack is not null));
        SiteRole opened = socket.OriginKind == TcpOrigin.Connect ? SiteRole.Connect : SiteRole.Accept;
        return new OriginSite(group, opened, line, fallback, HasLine: true, IsTraced: true, IsSettled: process is not null);
    }

    private static (SiteRole Role, string Label, bool IsSettled) Fallback(in TrackedSocket socket, bool isTraced)
    {
        if (OriginRules.IsInbound(in socket))
            return (SiteRole.Listener, Listener + ListenerText(in socket), socket.Listener is { LocalPort: not 0 });
        return isTraced && socket.OriginKind == TcpOrigin.Connect ? (SiteRole.Connect, NoStack, true) : (SiteRole.Existed, Existed, true);
    }

    private static string ListenerText(in TrackedSocket socket) =>
        socket.Listener is { LocalPort: not 0 } listener
            ? EndpointText.Format(listener)
            : string.Create(CultureInfo.InvariantCulture, $"port {socket.Last.Event.LocalPort}");
}
