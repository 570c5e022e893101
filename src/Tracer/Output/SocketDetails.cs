// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;

namespace Tracer.Output;

/// <summary>The lines below a socket: who opened, read and closed it, and from where.</summary>
internal sealed class SocketDetails(TextWriter output, OutputStyle style, int frameLimit)
{
    private const string Indent = "    ";
    private const string FrameIndent = "        ";

    public void WriteAll(SocketRecord socket)
    {
        if (socket.Verdict != Verdict.Unspecified)
            WriteFact("verdict", VerdictText.Describe(socket.Verdict));
        WriteOwners(socket);
    }

    public void WriteOwners(SocketRecord socket)
    {
        WriteFact("held by", SocketText.Holders(socket));
        WriteOrigin(socket);
        if (socket.FirstSend is { } firstSend)
            WriteActor("sent by", firstSend, " first");
        if (socket.LastRead is { } lastRead)
            WriteActor("last read", lastRead, " " + ErrorText.ReadResult(lastRead.Result));
        WriteEofRead(socket);
    }

    public void WriteEofRead(SocketRecord socket)
    {
        if (socket.EofRead is { } eofRead)
            WriteActor("EOF read", eofRead, "");
    }

    public void WriteHolders(SocketRecord socket) => WriteFact("held by", SocketText.Holders(socket));

    public void WriteCloser(SocketRecord socket)
    {
        if (socket.Closer is { } closer)
            WriteActor("closed by", closer, "");
    }

    // Of a socket that existed before, a named task is one that holds it: it need not have opened it.
    private void WriteOrigin(SocketRecord socket)
    {
        if (socket.NeverAccepted)
        {
            if (socket.Listener?.Opener is { } opener)
                WriteActor("listen by", opener, "");
            if (socket.Listener?.LastAccept is { } lastAccept)
                WriteActor("accept by", lastAccept, lastAccept.Result < 0 ? $" tried last, {ErrorText.AcceptResult(lastAccept.Result)}" : " accepted last");
            return;
        }
        if (socket.Origin is not { } origin)
            WriteFact("opened by", "not known");
        else if (origin.Pid == 0 || origin.Kind == OriginKind.Existed)
            WriteFact("opened by", $"not known: {SocketText.OriginVerb(origin.Kind)}");
        else
            WriteActor("opened by", origin, $" {SocketText.OriginVerb(origin.Kind)}");
    }

    private void WriteActor(string role, Actor actor, string what)
    {
        string how = actor.Source switch
        {
            Source.Adopted => ", inferred from first use",
            Source.Scanned => ", from its descriptor table",
            _ => "",
        };
        string when = actor.Time is null ? "" : $" at {style.Clock(actor.Time)}";
        string request = actor.Request.Length == 0 ? "" : $", serving {TargetText.Clean(actor.Request)}";
        WriteFact(role, $"{SocketText.Actor(actor)}{what}{when}{how}{request}");
        StackText.Write(output, actor, FrameIndent, frameLimit, style.Palette);
    }

    private void WriteFact(string role, string text) => output.WriteLine($"{Indent}{style.Palette.Faint(role.PadRight(9))} {text}");
}
