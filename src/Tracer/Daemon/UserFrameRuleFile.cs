// SPDX-License-Identifier: Apache-2.0
using System.Text;
using Tracer.Output;
using Tracer.Stacks.Merging;

namespace Tracer.Daemon;

/// <summary>The user's additions to the rules that tell own code from libraries.</summary>
internal static class UserFrameRuleFile
{
    private const int SizeLimit = 1 << 20;

    /// <summary>The built-in rules, and those of the file after them.</summary>
    /// <exception cref="StartException">The file cannot be read, or a line of it is wrong.</exception>
    public static UserFrameRules Read(string? path)
    {
        if (path is null)
            return UserFrameRules.Default;
        return UserFrameRules.Default.With(ReadText(path), out string problem) ?? throw Fail(path, problem);
    }

    private static string ReadText(string path)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            var content = new byte[SizeLimit + 1];
            int length = file.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
            return length <= SizeLimit ? Encoding.UTF8.GetString(content, 0, length) : throw Fail(path, "larger than 1 MiB");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw Fail(path, $"cannot be read: {e.Message}");
        }
    }

    private static StartException Fail(string path, string problem) => new($"--user-frame-rules {path}: {problem}", ExitCode.Usage);
}
