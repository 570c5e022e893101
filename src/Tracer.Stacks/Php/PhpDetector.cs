// SPDX-License-Identifier: Apache-2.0
using Tracer.Linux;
using Tracer.Stacks.Runtimes;

namespace Tracer.Stacks.Php;

/// <summary>Finds PHP 7.0 to 8.5: the command line, php-fpm, and the module in a web server.</summary>
public sealed class PhpDetector : IRuntimeDetector
{
    private const string CommandLine = "cli";
    private const int MaxSapiName = 32;

    private readonly ModuleSearch<PhpImage> _search = new("php", static name => name.Contains("php", StringComparison.OrdinalIgnoreCase), PhpImage.Read);

    public ILanguageRuntime? Detect(TargetProcess process)
    {
        if (_search.Find(process) is not ({ } image, ulong bias))
            return null;
        string sapi = SapiOf(process, image, bias);
        string name = $"PHP {image.Version?.ToString() ?? "of an unknown version"}{(sapi.Length > 0 ? $" ({sapi})" : "")}";
        if (image.IsThreadSafe)
            return new PhpRuntime(process, name, "ZTS: native stack only", null, null);
        PhpOffsets? offsets = image.Version is { } version ? PhpOffsets.Of(version) : null;
        return offsets is null
            ? new PhpRuntime(process, name, "unsupported version of PHP: native stack only", null, null)
            : new PhpRuntime(process, name, "", offsets, LayoutOf(image, bias, offsets.Value, sapi));
    }

    internal static InterpreterLayout LayoutOf(PhpImage image, ulong bias, PhpOffsets offsets, string sapi)
    {
        // The command line has no requests, although it has the field.
        bool hasRequests = image.SapiGlobals != 0 && sapi != CommandLine;
        return new InterpreterLayout
        {
            RootKind = InterpreterRoot.Address,
            Root = unchecked(bias + image.ExecutorGlobals + offsets.CurrentFrame),
            FunctionOffset = PhpOffsets.Function,
            PositionOffset = PhpOffsets.Opline,
            CallerOffset = offsets.CallerFrame,
            LineOffset = PhpOffsets.Line,
            LineFunctionType = PhpFunctionReader.UserFunction,
            FileOffset = (int)offsets.FileName,
            NameOffset = PhpOffsets.FunctionName,
            RequestMethod = hasRequests ? unchecked(bias + image.SapiGlobals + PhpOffsets.RequestMethod) : 0,
            RequestUri = hasRequests ? unchecked(bias + image.SapiGlobals + PhpOffsets.RequestUri) : 0,
        };
    }

    // sapi_module begins with the pointer to its short name: cli, fpm-fcgi, apache2handler.
    private static string SapiOf(TargetProcess process, PhpImage image, ulong bias)
    {
        if (image.SapiModule == 0 || !process.TryRead(unchecked(bias + image.SapiModule), out ulong name))
            return "";
        string text = process.ReadText(name, MaxSapiName);
        return text.Contains(ControlText.Replacement) ? "" : text;
    }
}
