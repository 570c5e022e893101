// SPDX-License-Identifier: Apache-2.0
using System.IO.Compression;
using System.Text;
using CloseWait.V1;
using Google.Protobuf;
using Tracer.Output;

namespace Tracer.Tests.Fake;

/// <summary>Scenes as a daemon saves them: gzip files of JSON lines.</summary>
internal static class SceneFiles
{
    public static SceneItem Header { get; } = new()
    {
        Header = new SceneHeader { Format = 1, Time = Samples.At(0), Host = "web1", Reason = "close_wait > 500: 512", Version = "0.1.0" },
    };

    public static SceneItem End(ulong sockets, ulong omitted = 0) => new() { End = new SceneEnd { Sockets = sockets, SocketsOmitted = omitted } };

    /// <summary>The sockets without their frames, and the stacks that have them.</summary>
    public static IEnumerable<SceneItem> Items(IEnumerable<SocketRecord> sockets, IEnumerable<Finding> findings)
    {
        SocketRecord[] plain = [.. sockets.Select(socket => socket.Clone())];
        Stack[] stacks = [.. plain.SelectMany(TakeStacks)];
        return
        [
            Header,
            new SceneItem { Summary = FindingSamples.Summary() },
            .. findings.Select(finding => new SceneItem { Finding = finding }),
            .. stacks.Select(stack => new SceneItem { Stack = stack }),
            .. plain.Select(socket => new SceneItem { Socket = socket }),
            new SceneItem { Thread = new SceneThread { Thread = FindingSamples.BlockedThread() } },
            End((ulong)plain.Length),
        ];
    }

    public static byte[] Pack(IEnumerable<SceneItem> items) => PackText(string.Concat(items.Select(Line)));

    public static byte[] PackText(string text)
    {
        using var file = new MemoryStream();
        using (var gzip = new GZipStream(file, CompressionLevel.Optimal, leaveOpen: true))
            gzip.Write(Encoding.UTF8.GetBytes(text));
        return file.ToArray();
    }

    public static string Line(SceneItem item) => TargetText.EscapeJson(JsonFormatter.Default.Format(item)) + "\n";

    public static string WriteScene(this TempFolder folder, byte[] content)
    {
        string path = folder.PathOf("scene.jsonl.gz");
        File.WriteAllBytes(path, content);
        return path;
    }

    private static IEnumerable<Stack> TakeStacks(SocketRecord socket)
    {
        Actor?[] actors = [socket.Origin, socket.LastRead, socket.EofRead, socket.FirstSend, socket.Listener?.Opener, socket.Listener?.LastAccept];
        ulong id = socket.Cookie * 100;
        foreach (Actor actor in actors.OfType<Actor>().Where(actor => actor.Stack.Count > 0))
        {
            actor.StackId = ++id;
            var stack = new Stack { StackId = id, Frames = { actor.Stack }, End = actor.StackEnd, FpOnly = actor.StackFpOnly, Request = actor.Request };
            if (actor.HasUserFrame)
                stack.UserFrame = actor.UserFrame;
            yield return stack;
            actor.Stack.Clear();
            actor.ClearUserFrame();
            (actor.StackEnd, actor.StackFpOnly, actor.Request) = (StackEnd.Unspecified, false, "");
        }
    }
}
