// SPDX-License-Identifier: Apache-2.0
using System.Text.Json;
using CloseWait.V1;
using Tracer.Harness;
using Tracer.Kernel.Tests.Harness;

namespace Tracer.Kernel.Tests.Runtimes;

/// <summary>
/// What each runtime's test really saw, slot by slot: the source of the README's table. Notes are files, one per runtime, for people to look at; only
/// those of this run are read back.
/// </summary>
internal static class RuntimeTable
{
    private static readonly string Run = Guid.NewGuid().ToString();

    public static string Folder { get; } = Path.Combine(Repository.Artifacts, "runtime-table");

    /// <summary>Writes down how well the slots of a socket are named.</summary>
    /// <param name="runtime">As the table's first column shows it.</param>
    /// <param name="socket">Its record while it was stuck.</param>
    /// <param name="ended">Its record after the program closed it; null: not tried.</param>
    /// <param name="isOwn">Whether a function is the program's own code that the slot should lead to.</param>
    public static void Note(string runtime, SocketRecord socket, SocketRecord? ended, Func<string, bool> isOwn)
    {
        Dictionary<string, string> cells = StackLines.Slots(socket).ToDictionary(slot => slot.Name, slot => Judge(slot.Actor, isOwn));
        cells["close"] = Judge(ended?.Closer, isOwn);
        Directory.CreateDirectory(Folder);
        File.WriteAllText(Path.Combine(Folder, string.Concat(runtime.Where(char.IsAsciiLetterOrDigit)) + ".json"), JsonSerializer.Serialize(new Row(Run, runtime, cells)));
    }

    /// <summary>The notes of this run: what an earlier one saw proves nothing.</summary>
    public static IEnumerable<Row> Read() =>
        Directory.Exists(Folder)
            ? Directory.GetFiles(Folder, "*.json").Select(file => JsonSerializer.Deserialize<Row>(File.ReadAllText(file))!).Where(row => row.Run == Run)
            : [];

    // named: the line to show is the program's own function; partly: that function is on the stack; unnamed: it is not.
    private static string Judge(Actor? actor, Func<string, bool> isOwn)
    {
        if (actor is null || actor.Stack.Count == 0)
            return "-";
        if (isOwn(StackLines.UserFunction(actor)))
            return "named";
        return actor.Stack.Any(frame => isOwn(frame.Function)) ? "partly" : "unnamed";
    }

    internal sealed record Row(string Run, string Runtime, Dictionary<string, string> Cells);
}
