// SPDX-License-Identifier: Apache-2.0
using System.Text.Json;
using Tracer.Output;

namespace Tracer.Commands;

/// <summary>A JSON object whose keys are the long flags of a command, without the dashes.</summary>
internal sealed class ConfigFile
{
    private const int SizeLimit = 1 << 20;

    private readonly Dictionary<string, List<OptionValue>> _values = new(StringComparer.Ordinal);

    private ConfigFile()
    {
    }

    public IReadOnlyList<OptionValue> Values(string flag) => _values.TryGetValue(flag, out List<OptionValue>? values) ? values : [];

    /// <summary>Reads the file; keys that are no flag of the command are reported, not refused.</summary>
    public static ConfigFile Read(OptionValue path, IReadOnlyCollection<string> flags, Action<string> warn)
    {
        using JsonDocument document = Load(path);
        if (document.RootElement.ValueKind != JsonValueKind.Object)
            throw path.Bad("does not hold a JSON object");
        var config = new ConfigFile();
        foreach (JsonProperty property in document.RootElement.EnumerateObject())
        {
            string flag = "--" + property.Name;
            if (flags.Contains(flag))
                config._values[flag] = ReadValues(new OptionValue($"{path.Text}: {property.Name}", ""), property.Value);
            else
                warn($"{path.Text}: unknown key '{property.Name}' is ignored");
        }
        return config;
    }

    private static JsonDocument Load(OptionValue path)
    {
        try
        {
            using FileStream file = File.OpenRead(path.Text);
            var content = new byte[SizeLimit + 1];
            int length = file.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
            if (length > SizeLimit)
                throw path.Bad("is larger than 1 MiB");
            var options = new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };
            return JsonDocument.Parse(content.AsMemory(0, length), options);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw path.Bad($"cannot be read: {OneLine(e.Message)}");
        }
        catch (JsonException e)
        {
            throw path.Bad($"is not valid JSON: line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}");
        }
    }

    private static List<OptionValue> ReadValues(OptionValue key, JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Array => [.. element.EnumerateArray().Select(item => key with { Text = Scalar(key, item) })],
        JsonValueKind.Object => [.. element.EnumerateObject().Select(item => key with { Text = $"{item.Name}={Scalar(key, item.Value)}" })],
        _ => [key with { Text = Scalar(key, element) }],
    };

    private static string Scalar(OptionValue key, JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => element.GetString() ?? "",
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => element.GetRawText(),
        _ => throw CommandException.Usage($"{key.Label}: takes a string, a number, a boolean or a list of these"),
    };

    private static string OneLine(string message) => message.ReplaceLineEndings(" ");
}
